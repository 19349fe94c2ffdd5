import { messageOf } from '../lib/errors.js'
import type { Explanation } from '../../handler/shared/explanation.js'
import type { Reporter } from '../reporter/reporter.js'
import { FunctionFailed } from '../local/lambda/failure.js'
import type { FunctionRunner } from '../local/lambda/runner.js'
import type { Running } from './running.js'

/** Only the first ones are checked. */
const MOST_CHECKED = 20

/** Warns of the first example path that the generator itself doesn't read as an image. */
export async function checkExamples(
  { runner, examples }: Pick<Running, 'examples'> & { runner: Pick<FunctionRunner, 'call'> },
  reporter: Pick<Reporter, 'warn'>,
): Promise<void> {
  for (const example of examples.slice(0, MOST_CHECKED)) {
    let wrong: string | undefined
    try {
      wrong = wrongWith((await runner.call('explain', example)) as Explanation)
    } catch (error) {
      // Another package has replaced this one, or the server is closing.
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
