import path from 'node:path'
import type { Explanation } from '../shared/explanation.js'
import { FACE_MODEL } from '../shared/pictures/face-model.js'
import { ORIGINALS_VARIABLE, RENDITIONS_VARIABLE, type Mount } from '../shared/pictures/mount.js'
import { bucketOpener } from '../shared/s3/objects.js'
import type { Environment } from '../shared/s3/store.js'
import { loadEngine } from './engine.js'
import { explainPicture } from './explain.js'
import { streamed } from './function-url.js'
import { imageHandler } from './handler.js'
import { pictureWork } from './picture-work.js'
import { renderPicture } from './render.js'
import type { Rendition } from './types.js'

/** The settings that the build writes into the bundle. */
export interface BakedImages {
  mounts: readonly Mount[]
}

/** The exports of the package. Lambda calls `handler`, and the genato tool calls the others. */
export interface ImagesExports extends BakedImages {
  handler: ReturnType<typeof streamed>
  /** What a viewer's path means. */
  explain: (path: string) => Explanation
  /**
   * Makes a rendition from an original's bytes, without a store and without moderation.
   * @param path a viewer's, of a rendition.
   * @throws {BadRequest} for a wrong path. @throws {Refusal} for what the original can't give.
   */
  render: (path: string, original: Uint8Array, timeoutMs: number) => Promise<Rendition>
}

type FunctionEnvironment = Environment & {
  AWS_REGION?: string
  [ORIGINALS_VARIABLE]?: string
  [RENDITIONS_VARIABLE]?: string
}

/** @param root the package's folder. */
export function createImages({ mounts }: BakedImages, root: string): ImagesExports {
  const env: FunctionEnvironment = process.env
  const open = bucketOpener(env)
  const work = pictureWork(path.join(root, FACE_MODEL), env)
  let warmed: Promise<unknown> | undefined
  const handler = imageHandler({
    mounts,
    work,
    openBuckets(mount, until, account) {
      const region = variable(env, 'AWS_REGION')
      const renditions = variable(env, RENDITIONS_VARIABLE)
      // A bucket that the configuration names may be another account's.
      const [bucket, owner] =
        mount.bucket === undefined ? [variable(env, ORIGINALS_VARIABLE), account] : [mount.bucket, undefined]
      return {
        originals: open({ location: { bucket, region, prefix: '' }, until, account: owner }),
        renditions: open({ location: { bucket: renditions, region, prefix: '' }, until, account }),
      }
    },
    warm() {
      // A failure here fails again when a picture is made, which answers it.
      warmed ??= loadEngine(1).catch(() => undefined)
    },
    region: env.AWS_REGION,
  })
  return {
    handler: streamed(handler),
    mounts,
    explain: (path) => explainPicture(mounts, path),
    async render(path, { buffer, byteOffset, byteLength }, timeoutMs) {
      return renderPicture({ mounts, work }, path, Buffer.from(buffer, byteOffset, byteLength), timeoutMs)
    },
  }
}

function variable(env: FunctionEnvironment, name: keyof FunctionEnvironment): string {
  const value = env[name]
  if (!value) throw new Error(`The environment variable ${name} is not set.`)
  return value
}
