import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { messageOf, usageError } from '../../lib/errors.js'

/** What the local Rekognition finds in one picture. */
export interface Findings {
  readonly labels: readonly { readonly name: string; readonly parent: string; readonly confidence: number }[]
  /** Boxes as shares of the picture's width and height. */
  readonly faces: readonly {
    readonly left: number
    readonly top: number
    readonly width: number
    readonly height: number
    readonly confidence: number
  }[]
}

export interface Answers {
  /** Where they come from; `undefined`: from nowhere, and nothing is found in any picture. */
  readonly file: string | undefined
  /** For a picture that none of `originals` is. */
  readonly otherwise: Findings
  /** By `<mount>/<key>`. */
  readonly originals: ReadonlyMap<string, Findings>
}

export const NO_FINDINGS: Findings = { labels: [], faces: [] }

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const percent = v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 99)
const findings = v.strictObject({
  labels: v.optional(
    v.array(
      v.strictObject({
        name: v.pipe(v.string(), v.minLength(1)),
        parent: v.optional(v.string(), ''),
        confidence: percent,
      }),
    ),
    [],
  ),
  faces: v.optional(
    v.array(v.strictObject({ left: share, top: share, width: share, height: share, confidence: percent })),
    [],
  ),
})
const FILE = v.record(v.string(), findings)

/** The name that stands for all other originals. No mount has it, since it has no slash. */
const OTHERWISE = 'default'

/**
 * Reads what Rekognition shall find: JSON such as
 * `{ "photos/cats/tom.jpg": { "labels": [{ "name": "Violence" }], "faces": [] }, "default": {} }`.
 * @param file absolute, or `undefined` for none.
 * @throws GenatoError BAD_ANSWERS
 */
export async function readAnswers(file: string | undefined): Promise<Answers> {
  if (file === undefined) return { file, otherwise: NO_FINDINGS, originals: new Map() }
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw wrong(file, messageOf(error))
  }
  if (Array.isArray(value)) throw wrong(file, 'it is a list')
  const parsed = v.safeParse(FILE, value)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw wrong(file, `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`)
  }
  const { [OTHERWISE]: otherwise = NO_FINDINGS, ...originals } = parsed.output
  return { file, otherwise, originals: new Map(Object.entries(originals)) }
}

/** A sentence for the terminal: nobody should take silence for moderation. */
export function describeAnswers({ file, otherwise, originals }: Answers): string {
  if (file === undefined)
    return 'The local Rekognition looks at nothing: it finds no labels and no faces in any picture.'
  const few = otherwise.labels.length + otherwise.faces.length
  return `The local Rekognition looks at nothing: it answers from ${file} for ${originals.size} ${originals.size === 1 ? 'original' : 'originals'}, and finds ${few === 0 ? 'no labels and no faces' : 'what "default" says'} in others.`
}

function wrong(file: string, reason: string): Error {
  return usageError(
    'BAD_ANSWERS',
    `${file} does not say what Rekognition finds (${reason}).`,
    'It maps "<mount>/<key>", or "default", to { "labels": [{ "name", "parent", "confidence" }], "faces": [{ "left", "top", "width", "height", "confidence" }] }.',
  )
}
