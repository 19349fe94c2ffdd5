import { messageOf } from '../lib/errors.js'
import type { Explanation } from '../../handler/shared/explanation.js'
import type { Reporter } from '../reporter/reporter.js'
import { FunctionFailed } from '../local/lambda/failure.js'
import type { Running } from './running.js'

/** More than these are not looked at. */
const MOST = 20

/** Tells which of a generator's own examples its code does not take for images. */
export async function checkExamples(
  { runner, examples }: Pick<Running, 'runner' | 'examples'>,
  reporter: Pick<Reporter, 'warn'>,
): Promise<void> {
  for (const example of examples.slice(0, MOST)) {
    let wrong: string | undefined
    try {
      wrong = wrongWith((await runner.explain(example)) as Explanation)
    } catch (error) {
      // Another package has taken its place, or all ends.
      if (error instanceof FunctionFailed && error.kind === 'stopped') return
      wrong = messageOf(error)
    }
    if (wrong !== undefined) return reporter.warn(`The generator's example ${example}: ${wrong}`)
  }
}

function wrongWith(meaning: Explanation): string | undefined {
  switch (meaning.kind) {
    case 'image':
      return meaning.warning
    case 'rejected':
      return `${meaning.code}: ${meaning.message}`
    case 'file':
    case 'folder':
      return 'parse takes it for a file, not for an image.'
    default:
      return meaning satisfies never
  }
}
