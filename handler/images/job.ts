import type { Deadline } from '../shared/deadline.js'
import type { RequestLine, Step } from '../shared/log.js'
import type { Mount } from '../shared/pictures/mount.js'
import type { Operations } from '../shared/pictures/operations.js'
import type { Bucket } from '../shared/s3/objects.js'
import type { Answer } from './function-url.js'
import type { PictureWork } from './picture-work.js'

/** What became of a request. */
export interface Result {
  outcome: RequestLine['outcome']
  answer: Answer
}

/** The state of one request for an original, while it is worked on. */
export interface Job {
  mount: Mount
  /** Of the original, below the mount. */
  key: string
  /** The cache tag of the original. */
  tag: string
  /** Whether the path has the mount's own generation. Otherwise nothing is looked up or stored. */
  current: boolean
  /** Knows originals by their whole key: the mount's prefix and `key`. */
  originals: Bucket
  renditions: Bucket
  work: PictureWork
  deadline: Deadline
  /** Called once the first requests to S3 are on their way. */
  warm: () => void
  ms: { [step in Step]?: number }
  line: { key?: string; bytes?: number }
  /** For the log: what went wrong without a consequence for the viewer. */
  complaints: string[]
}

export interface RenditionJob extends Job {
  operations: Operations
  /** The key to store the rendition under. */
  renditionKey: string
}

/** Neither the request nor the original is at fault: trying again may help. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}

export function originalKey({ mount, key }: Pick<Job, 'mount' | 'key'>): string {
  return mount.prefix + key
}

/** Waits for a step until the deadline, and adds up its time. */
export async function timed<T>({ deadline, ms }: Job, step: Step, work: Promise<T>): Promise<T> {
  const started = performance.now()
  try {
    return await deadline.limit(work)
  } finally {
    ms[step] = rounded((ms[step] ?? 0) + performance.now() - started)
  }
}

/** @throws Unavailable in place of any error of S3's. */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new Unavailable('The store gave no answer.', { cause })
  }
}

export function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
