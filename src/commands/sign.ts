import { signPath } from '../../handler/shared/pictures/sign.js'
import { SigningError } from '../../handler/shared/pictures/signing-error.js'
import { loadSettings, type Overrides } from '../config/load.js'
import { usageError } from '../lib/errors.js'
import { signingKeys } from '../lib/signing-keys.js'
import type { Reporter } from '../reporter/reporter.js'

/** `genato sign`: prints a path with its signature, for `genato dev`. Exit code 2 if the path is wrong. */
export async function sign(
  path: string,
  { expires }: { expires?: string },
  overrides: Overrides,
  reporter: Reporter,
): Promise<void> {
  const { root } = await loadSettings(process.cwd(), overrides)
  const { current } = await signingKeys(root)
  try {
    const signed = await signPath(path, { key: current, expires: readExpires(expires) })
    const [spelling = '', query] = signed.split('?')
    const exp = new URLSearchParams(query).get('exp')
    reporter.result(signed, {
      signed,
      path: spelling,
      ...(exp === null ? {} : { expires: new Date(Number(exp) * 1000).toISOString() }),
    })
  } catch (error) {
    if (error instanceof SigningError) throw usageError(error.code, error.message, HINTS[error.code])
    throw error
  }
}

const HINTS: Readonly<Record<string, string>> = {
  BAD_PATH: 'Write it as in genato sign /photos/400x300,webp/cats/tom.jpg --expires 1h.',
  BAD_EXPIRES: 'Write --expires 1h, or a time in unix seconds.',
}

/** Unix seconds, or a time from now. */
function readExpires(given: string | undefined): number | string | undefined {
  return given !== undefined && /^\d+$/.test(given) ? Number(given) : given
}
