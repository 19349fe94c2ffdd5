import type { Overrides } from '../config/load.js'
import { detailRows } from '../dev/page/detail-rows.js'
import { usageError } from '../lib/errors.js'
import type { Detail, Explanation } from '../../handler/shared/explanation.js'
import type { Reporter } from '../reporter/reporter.js'
import { askPackage, askPictures } from './ask-package.js'
import {
  loadWithMounts,
  missingMount,
  mountOf,
  readOriginals,
  type OriginalsOption,
} from './originals-option.js'
import { ignoredFragment, ignoredQuery, urlPath } from './url-path.js'

/** The hint of a wrong URL's error. The error itself says what would be right. */
export const ANSWERED_SO = 'The service responds with status 400 and this sentence.'

/** The same for a stored picture. The gate's own sentences are shorter. */
export function pictureAnsweredSo(code: string): string {
  const status = code === 'NOT_FOUND' ? 404 : code === 'NOT_ALLOWED' ? 403 : 400
  return `The service responds with status ${status} and ${code}.`
}

/** `genato explain`: prints what a URL means to the package. Exit code 2 if the URL is wrong. */
export async function explain(
  given: string,
  args: OriginalsOption,
  overrides: Overrides,
  reporter: Reporter,
): Promise<void> {
  const path = urlPath(given)
  const cwd = process.cwd()
  const settings = await loadWithMounts(cwd, overrides, await readOriginals(args, cwd))
  const mount = mountOf(path, settings)
  const asking = { reporter, log: false }
  const { meaning, ignored } = mount
    ? await askPictures(settings, asking, async (asked) => ({
        meaning: await asked.explain(path),
        // A signature is a query.
        ignored: mount.allow === 'signed' ? undefined : await ignoredQuery(given, asked),
      }))
    : await askPackage(settings, asking, async (asked) => ({
        meaning: await asked.explain(path),
        ignored: await ignoredQuery(given, asked),
      }))
  if (ignored !== undefined) reporter.warn(ignored)
  const cut = ignoredFragment(given)
  if (cut !== undefined) reporter.warn(cut)
  const missing = meaning.kind === 'file' ? missingMount(path, settings) : undefined
  if (meaning.kind === 'rejected')
    throw usageError(meaning.code, meaning.message, mount ? pictureAnsweredSo(meaning.code) : ANSWERED_SO)
  if (missing !== undefined) reporter.warn(missing)
  reporter.result(table(rows(path, meaning)), fields(path, meaning))
}

/** Names that a generator's own details can't replace. */
const RESERVED = new Set(['type', 'kind', 'asked', 'path', 'key', 'headers', 'warning'])

/** The same for programs. The generator's details come after the fields that every image has. */
function fields(asked: string, meaning: Exclude<Explanation, { kind: 'rejected' }>): object {
  if (meaning.kind !== 'image') return { ...meaning, asked }
  const { kind, canonicalPath, key, details, headers, warning } = meaning
  const always = { kind, asked, path: canonicalPath, key }
  const last = { headers, ...(warning === undefined ? {} : { warning }) }
  const own = Object.entries(details).filter(([name]) => !RESERVED.has(name))
  return { ...always, ...Object.fromEntries(own), ...last }
}

function rows(path: string, meaning: Exclude<Explanation, { kind: 'rejected' }>): [string, string][] {
  switch (meaning.kind) {
    case 'image':
      return [
        ['path', path],
        ['is', 'an image'],
        ['canonical', meaning.canonicalPath],
        ...keyRows(meaning),
        ...detailRows(without(meaning.details, 'keys')),
        ...Object.entries(meaning.headers).map(([name, value]): [string, string] => [
          'header',
          `${name}: ${value}`,
        ]),
        ...(meaning.warning === undefined ? [] : [['warning', meaning.warning] satisfies [string, string]]),
      ]
    case 'file':
      return [
        ['path', path],
        ['is', 'a file: served if the bucket has it, otherwise 404'],
        ['key', meaning.key],
        ...(meaning.suggestion === undefined
          ? []
          : [['meant?', `the image ${meaning.suggestion}`] satisfies [string, string]]),
      ]
    case 'folder':
      return [
        ['path', path],
        ['is', 'nothing: 404, without asking the bucket'],
      ]
    default:
      return meaning satisfies never
  }
}

/** `auto` has a key for each format that the gate finds in the viewer's `Accept`. */
function keyRows({ key, details: { keys } }: Extract<Explanation, { kind: 'image' }>): [string, string][] {
  if (typeof keys !== 'object' || keys === null) return [['key', key]]
  return Object.entries(keys).map(([accepted, one]) => [
    accepted === 'none' ? 'other viewers' : `${accepted} viewers`,
    typeof one === 'string' ? one : JSON.stringify(one),
  ])
}

function without(details: Record<string, Detail>, name: string): Record<string, Detail> {
  return Object.fromEntries(Object.entries(details).filter(([one]) => one !== name))
}

function table(lines: [string, string][]): string {
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}
