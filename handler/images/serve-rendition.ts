import { explainError } from '../shared/log.js'
import { CACHE_TAG } from '../shared/pictures/cache-tag.js'
import { operationsKey } from '../shared/pictures/key.js'
import { freshCacheControl, OUTDATED, picture, storedCacheControl } from './answers.js'
import { makeFrom, type Fetched } from './make.js'
import { notesOf } from './notes.js'
import { asked, originalKey, timed, Unavailable, type RenditionJob, type Result } from './job.js'
import { nothingThere, tooManyBytes } from './refusals.js'
import type { Rendition } from './types.js'

/** The metadata of a rendition that holds its source's ETag. */
const SOURCE_ETAG = 'source-etag'

/** How often one request starts over because the original or the rendition changed under it. */
const TRIES = 3

/** A stored rendition, found outdated or not. */
interface Stored {
  etag: string
  sourceEtag: string | undefined
  contentType: string
  cacheControl: string
  lastModified: string | undefined
  body: Buffer
}

/** An original, before it is read. */
interface Original {
  etag: string
  bytes: number
}

/**
 * Answers with the stored rendition if its original is still the same, and makes and stores it otherwise. The viewer
 * waits for one round trip to S3 if it is stored, and for four if it is made: look, get the original, store, look at
 * the original again.
 * @throws {Refusal}
 * @throws {Unavailable}
 */
export async function serveRendition(job: RenditionJob): Promise<Result> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const result = await serveOnce(job)
    if (result !== 'again') return result
  }
  throw new Unavailable(`The original or the rendition changed ${TRIES} times within one request.`)
}

async function serveOnce(job: RenditionJob): Promise<Result | 'again'> {
  const [stored, original] = await lookUp(job)
  if (!original) {
    if (stored) await takeBack(job, stored.etag)
    throw nothingThere(job, operationsKey(job.operations))
  }
  if (stored?.sourceEtag === original.etag) {
    job.line.key = job.renditionKey
    job.line.bytes = stored.body.length
    return { outcome: 'found', answer: picture({ ...stored, tag: job.tag }) }
  }
  const { limits } = job.mount
  if (original.bytes > limits.bytes) throw tooManyBytes(original.bytes, limits.bytes)
  const fetched = await fetchOriginal(job, original)
  if (fetched === 'again') return 'again'
  const made = await makeFrom(job, fetched)
  job.line.bytes = made.body.length
  if (!job.current) return unstored(job, made)
  return store(job, made, { stored, original })
}

/** Reads the rendition and looks at its original, both at once. */
async function lookUp(job: RenditionJob): Promise<[Stored | undefined, Original | undefined]> {
  let unsent = job.current ? 2 : 1
  const onSent = () => {
    if (--unsent === 0) job.warm()
  }
  const [stored, original] = await asked(
    timed(
      job,
      'lookup',
      Promise.all([
        job.current ? job.renditions.get(job.renditionKey, { onSent }) : undefined,
        job.originals.head(originalKey(job), onSent),
      ]),
    ),
  )
  return [
    stored === undefined || typeof stored === 'string' ? undefined : readStored(job, stored),
    original && { etag: etagOf(original), bytes: Number(original['content-length'] ?? 0) },
  ]
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

function readStored(job: RenditionJob, { headers, body }: { headers: Headers; body: Buffer }): Stored {
  const read = (name: string) => {
    const value = headers[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    etag: etagOf(headers),
    sourceEtag: read(`x-amz-meta-${SOURCE_ETAG}`),
    contentType: read('content-type') ?? 'application/octet-stream',
    cacheControl: read('cache-control') ?? storedCacheControl(job.mount.allow === 'signed'),
    lastModified: read('last-modified'),
    body,
  }
}

function etagOf({ etag }: Headers): string {
  if (typeof etag !== 'string' || etag === '') throw new Unavailable('S3 gave an object without an ETag.')
  return etag
}

/** Gets the version of the original that was looked at, and what is noted about it. */
async function fetchOriginal(job: RenditionJob, { etag }: Original): Promise<Fetched | 'again'> {
  const { mount, key, operations, originals, renditions } = job
  const notes = notesOf(renditions, mount, key, etag)
  const needsFaces = operations.place.kind === 'faces' || operations.place.kind === 'face'
  const [found, broken, faces, labels] = await asked(
    timed(
      job,
      'fetch',
      Promise.all([
        originals.get(originalKey(job), { mostBytes: mount.limits.bytes, ifMatch: etag }),
        notes.read('broken'),
        needsFaces || operations.format.kind === 'json' ? notes.read('faces') : undefined,
        mount.moderate ? notes.read('labels') : undefined,
      ]),
    ),
  )
  // Replaced or deleted since it was looked at. Only a replaced one can be too long now.
  if (found === undefined || typeof found === 'string') return 'again'
  return { bytes: found.body, notes, noted: { broken, faces, labels } }
}

async function store(
  job: RenditionJob,
  made: Rendition,
  { stored, original }: { stored: Stored | undefined; original: Original },
): Promise<Result | 'again'> {
  const { mount, renditions, renditionKey, tag } = job
  const signed = mount.allow === 'signed'
  const object = {
    body: made.body,
    contentType: made.contentType,
    cacheControl: storedCacheControl(signed),
    metadata: { [SOURCE_ETAG]: original.etag, [CACHE_TAG]: tag },
  }
  const condition = stored ? { ifMatch: stored.etag } : ({ ifAbsent: true } as const)
  const put = await asked(timed(job, 'store', renditions.put(renditionKey, object, condition)))
  // Another process was faster. Whether it had the same original, only another look tells.
  if (put === 'refused') return 'again'
  const etag = etagOf(put)
  // A purge that ran between reading the original and storing would have missed this rendition.
  const after = await asked(timed(job, 'store', job.originals.head(originalKey(job))))
  if (after && etagOf(after) === original.etag) {
    job.line.key = renditionKey
    const { date } = put
    const answer = { ...made, cacheControl: freshCacheControl(signed), etag, lastModified: date, tag }
    return { outcome: 'made', answer: picture(answer) }
  }
  await takeBack(job, etag)
  if (!after) throw nothingThere(job, operationsKey(job.operations))
  return unstored(job, made)
}

/** Deletes an outdated rendition, unless another request has replaced it meanwhile. The answer doesn't depend on it. */
async function takeBack(job: RenditionJob, etag: string): Promise<void> {
  try {
    await timed(job, 'store', job.renditions.delete(job.renditionKey, etag))
  } catch (error) {
    job.complaints.push(`The outdated rendition could not be deleted. ${explainError(error)}`)
  }
}

function unstored({ tag }: RenditionJob, made: Rendition): Result {
  return { outcome: 'made', answer: picture({ ...made, cacheControl: OUTDATED, tag }) }
}
