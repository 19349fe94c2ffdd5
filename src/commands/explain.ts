import { loadSettings, type Overrides } from '../config/load.js'
import { withPackage } from '../edge/serving/one-shot.js'
import { usageError } from '../errors.js'
import type { Explanation } from '../../handler/explanation.js'
import { buildPackage } from '../package/build.js'
import type { Reporter } from '../reporter/reporter.js'
import { urlPath } from './url-path.js'

/** `genato explain`: what a URL means, as the package itself reads it. Exit code 2 if it is wrong. */
export async function explain(given: string, overrides: Overrides, reporter: Reporter): Promise<void> {
  const path = urlPath(given)
  const settings = await loadSettings(process.cwd(), overrides)
  const built = await buildPackage(settings, reporter)
  const meaning = await withPackage(
    settings,
    built,
    () => undefined,
    async (loaded) => (await loaded.call({ kind: 'explain', path }, settings.timeout * 1000)) as Explanation,
  )
  if (meaning.kind === 'rejected')
    throw usageError(meaning.code, meaning.message, 'The service answers with status 400 and this sentence.')
  reporter.result(table(rows(path, meaning)), { path, ...meaning })
}

function rows(path: string, meaning: Exclude<Explanation, { kind: 'rejected' }>): [string, string][] {
  switch (meaning.kind) {
    case 'image':
      return [
        ['path', path],
        ['is', 'an image'],
        ['canonical', meaning.canonicalPath],
        ['key', meaning.key],
        ...Object.entries(meaning.details).map(([name, value]): [string, string] => [name, String(value)]),
        ...Object.entries(meaning.headers).map(([name, value]): [string, string] => [
          'header',
          `${name}: ${value}`,
        ]),
        ...(meaning.warning === undefined ? [] : [['warning', meaning.warning] satisfies [string, string]]),
      ]
    case 'file':
      return [
        ['path', path],
        ['is', 'a file: served if the bucket has it, else 404'],
        ['key', meaning.key],
      ]
    case 'folder':
      return [
        ['path', path],
        ['is', 'nothing: 404, without a look into the bucket'],
      ]
    default:
      return meaning satisfies never
  }
}

function table(lines: [string, string][]): string {
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}
