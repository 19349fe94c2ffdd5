import { BadRequest } from '../shared/contract.js'
import type { Explanation } from '../shared/explanation.js'
import { isAllowed } from '../shared/pictures/allowed.js'
import { describePicture, pictureWarning } from '../shared/pictures/explain.js'
import { operationsKey, renditionKey } from '../shared/pictures/key.js'
import type { Mount } from '../shared/pictures/mount.js'
import type { Accepted, Operations } from '../shared/pictures/operations.js'
import { canonicalPicturePath, parsePicturePath } from '../shared/pictures/path.js'
import { storedCacheControl } from './answers.js'

const ACCEPTED: readonly Accepted[] = ['avif', 'webp', 'none']

/**
 * Says what a viewer's path means. For `auto`, the key is the one of a viewer that names no better format, and the
 * details have the others.
 */
export function explainPicture(mounts: readonly Mount[], path: string): Explanation {
  try {
    const byName = new Map(mounts.map((mount) => [mount.name, mount]))
    const parsed = parsePicturePath(path, byName)
    const mount = parsed && byName.get(parsed.mount)
    if (!mount) return { kind: 'folder' }
    if (parsed.kind === 'as-is')
      return mount.asIs
        ? { kind: 'file', key: mount.prefix + parsed.key }
        : rejected('NOT_FOUND', `${mount.name} doesn't give originals as they are stored: write a size.`)
    const { operations, key } = parsed
    if (!isAllowed(mount, operations))
      return rejected('NOT_ALLOWED', `${operationsKey(operations)} is not in the list of ${mount.name}.`)
    const keyFor = (accepted: Accepted) =>
      renditionKey({ generation: mount.generation, mount: mount.name, key }, resolved(operations, accepted))
    const warning = pictureWarning(parsed)
    return {
      kind: 'image',
      canonicalPath: canonicalPicturePath(parsed),
      key: keyFor('none'),
      details: {
        ...describePicture(parsed),
        ...(operations.format.kind === 'auto'
          ? { keys: Object.fromEntries(ACCEPTED.map((accepted) => [accepted, keyFor(accepted)])) }
          : {}),
      },
      headers: { 'Cache-Control': storedCacheControl(mount.allow === 'signed') },
      ...(warning === undefined ? {} : { warning }),
    }
  } catch (error) {
    if (error instanceof BadRequest) return rejected(error.code, error.message)
    throw error
  }
}

/** Fills in what the gate reads from the viewer's `Accept`. */
export function resolved(operations: Operations, accepted: Accepted): Operations {
  return operations.format.kind === 'auto'
    ? { ...operations, format: { kind: 'auto', accepted } }
    : operations
}

function rejected(code: string, message: string): Explanation {
  return { kind: 'rejected', code, message }
}
