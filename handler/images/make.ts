import { createHash } from 'node:crypto'
import { explainError } from '../shared/log.js'
import type { Moderation } from '../shared/pictures/mount.js'
import type { NoteKind, Notes } from './notes.js'
import { readBroken, readFaces, readLabels } from './read-notes.js'
import { rounded, timed, Unavailable, type RenditionJob } from './job.js'
import { Refusal, type Face, type Picture, type Rendition } from './types.js'

/** An original's bytes, and what an earlier request has noted about them. */
export interface Fetched {
  bytes: Buffer
  notes: Notes
  noted: Readonly<Record<NoteKind, unknown>>
}

/**
 * Makes the rendition of an original. Moderation comes before anything that tells something about the picture.
 * @throws {Refusal}
 * @throws {Unavailable} if a detector gives no answer.
 */
export async function makeFrom(job: RenditionJob, fetched: Fetched): Promise<Rendition> {
  const known = readBroken(fetched.noted.broken)
  if (known) throw known
  try {
    const { mount, operations, work } = job
    const { limits } = mount
    const picture = await timed(job, 'render', work.inspect(fetched.bytes, limits))
    return await noteIfSlow(job, picture, fetched, async () => {
      const blurred = mount.moderate !== false && (await moderated(job, picture, fetched, mount.moderate))
      const faces = async () => facesOf(job, picture, fetched)
      const before = job.ms.detect ?? 0
      const seconds = Math.max(1, Math.ceil((job.deadline.at - Date.now()) / 1000))
      const options = { limits, faces, blurred, seconds }
      const made = await timed(job, 'render', work.make(picture, operations, options))
      // Detection is a step of its own, although the renderer asks for it.
      job.ms.render = rounded((job.ms.render ?? 0) - ((job.ms.detect ?? 0) - before))
      return made
    })
  } catch (error) {
    if (error instanceof Refusal && error.status === 415)
      await noteIfPossible(job, fetched, 'broken', { code: error.code, message: error.message })
    throw error
  }
}

/** Milliseconds before the deadline, in which the note is written. */
const TIME_TO_NOTE = 1_500
/** Milliseconds. With less time left, drawing is not to blame. */
const TIME_TO_DRAW = 3_000
/** Milliseconds. A busy machine may be at fault, so it is tried again. */
const SLOW_FOR = 3_600_000

/**
 * Gives up on an SVG a little before the deadline, and notes that. librsvg can't be stopped: it works on after the
 * answer, and if every request began that again, no process would have time for other pictures.
 */
async function noteIfSlow<T>(
  job: RenditionJob,
  { type }: Picture,
  fetched: Fetched,
  work: () => Promise<T>,
): Promise<T> {
  const left = job.deadline.at - Date.now() - TIME_TO_NOTE
  if (type !== 'svg' || left < TIME_TO_DRAW) return work()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), left)
  })
  const working = work()
  const first = await Promise.race([working.then((made) => ({ made })), late]).finally(() =>
    clearTimeout(timer),
  )
  if (first !== 'late') return first.made
  // Nobody waits for its end.
  working.catch(() => undefined)
  const message = 'The original is an SVG that takes too long to draw. It is tried again after an hour.'
  await noteIfPossible(job, fetched, 'broken', { code: 'TOO_SLOW', message, until: Date.now() + SLOW_FOR })
  throw new Unavailable('The SVG was not drawn in time.')
}

/** @returns whether the picture may only be shown blurred. @throws {Refusal} 403 */
async function moderated(
  job: RenditionJob,
  picture: Picture,
  { notes, noted }: Fetched,
  moderation: Moderation,
): Promise<boolean> {
  // Two files of one MD5, and so of one ETag, can be made on purpose. The labels of one must not clear the other.
  const sha256 = createHash('sha256').update(picture.bytes).digest('hex')
  let labels = readLabels(noted.labels, sha256)
  if (labels === undefined) {
    const detected = await detect(job, job.work.labels(picture, moderation))
    labels = detected
    try {
      await timed(job, 'detect', notes.write('labels', { sha256, labels: detected }))
    } catch (cause) {
      throw new Unavailable('The labels could not be kept.', { cause })
    }
  }
  const verdict = job.work.verdict(labels, moderation)
  if (verdict === 'refuse')
    throw new Refusal(403, 'MODERATED', 'The picture is not shown: moderation found something in it.')
  return verdict === 'blur'
}

async function facesOf(job: RenditionJob, picture: Picture, fetched: Fetched): Promise<readonly Face[]> {
  const known = readFaces(fetched.noted.faces)
  if (known) return known
  const faces = await detect(job, job.work.faces(picture, job.mount))
  await noteIfPossible(job, fetched, 'faces', faces)
  return faces
}

/** @throws {Unavailable} in place of any error but a refusal. */
async function detect<T>(job: RenditionJob, work: Promise<T>): Promise<T> {
  try {
    return await timed(job, 'detect', work)
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    throw new Unavailable('The detector gave no answer.', { cause })
  }
}

/** Without the note, only the next request takes longer. */
async function noteIfPossible(
  job: RenditionJob,
  { notes }: Fetched,
  kind: NoteKind,
  value: unknown,
): Promise<void> {
  try {
    await timed(job, 'detect', notes.write(kind, value))
  } catch (error) {
    job.complaints.push(`The note of ${kind} could not be stored. ${explainError(error)}`)
  }
}
