import { operationsKey } from './key.js'
import type { Mount } from './mount.js'
import type { Operations } from './operations.js'

/** Whether a mount's list allows these operations. A list says `auto`, whatever the viewer accepts. */
export function isAllowed({ allow }: Pick<Mount, 'allow'>, operations: Operations): boolean {
  if (typeof allow === 'string') return true
  const { format } = operations
  return allow.includes(
    operationsKey(format.kind === 'auto' ? { ...operations, format: { kind: 'auto' } } : operations),
  )
}
