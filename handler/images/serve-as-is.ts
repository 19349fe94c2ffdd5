import { freshCacheControl, OUTDATED, picture } from './answers.js'
import { asked, originalKey, timed, Unavailable, type Job, type Result } from './job.js'
import { nothingThere, tooManyBytes } from './refusals.js'
import type { InputType } from './types.js'

const CONTENT_TYPES: Readonly<Record<InputType, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  svg: 'image/svg+xml',
  tiff: 'image/tiff',
  bmp: 'image/bmp',
}

/**
 * Answers with an original as it is stored, metadata included. Its type is told from its bytes, whatever S3 says.
 * @throws {Refusal}
 * @throws {Unavailable}
 */
export async function serveAsIs(job: Job): Promise<Result> {
  const { mount, originals, current, tag, work } = job
  // Moderation looks at renditions only. The configuration refuses the two together.
  if (!mount.asIs || mount.moderate) throw nothingThere(job)
  const { bytes: mostBytes } = mount.limits
  const found = await asked(timed(job, 'fetch', originals.get(originalKey(job), { mostBytes })))
  if (found === undefined) throw nothingThere(job)
  if (found === 'too-long') throw tooManyBytes(undefined, mostBytes)
  if (found === 'changed') throw new Unavailable('S3 refused a condition that was not asked.')
  const { headers, body } = found
  const contentType = CONTENT_TYPES[work.sniff(body)]
  job.line.bytes = body.length
  return {
    outcome: 'passed',
    answer: picture({
      body,
      contentType,
      cacheControl: current ? freshCacheControl(mount.allow === 'signed') : OUTDATED,
      etag: headers.etag,
      lastModified: headers['last-modified'],
      tag,
    }),
  }
}
