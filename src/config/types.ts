import type { Mount } from '../../handler/shared/pictures/mount.js'

/** The default export of `genato.config.ts`. Every setting has a default. */
export interface Config {
  /**
   * The stack's name, which begins the name of everything on AWS: `a-z`, digits and hyphens, 2 to 40 characters.
   * Default `genato`.
   */
  stack?: string
  /** The service that generates images from URLs. */
  generate?: {
    /** A module whose default export is a generator, relative to this file. Default: the built-in generator. */
    generator?: string
    /** Files and folders to put into the package for the generator, relative to this file. */
    assets?: string[]
    /** The text of an image whose URL has no `text=`. Default `Hello World`. */
    text?: string
    /** A TrueType or OpenType file, relative to this file. Default: Inter Regular. */
    font?: string
    /** The bucket of the images. Default `<stack>-images-<account>`. */
    bucket?: string
    /**
     * Which files of the images bucket are served beside the images: all, none, or those below a prefix that
     * ends in `/`. Default `true`; deploy asks before it serves the files of an existing bucket.
     */
    files?: boolean | string
    /** What the built-in generator accepts. */
    limits?: {
      /** The longest side in pixels, after `@2x`. Default 4096. */
      side?: number
      /** The longest text in characters (code points). Default 200. */
      text?: number
      /** The longest path in bytes. Default 1024. */
      path?: number
    }
    /** The function's memory in MB, 128 to 10240. CPU grows with it. Default 1769, which is one vCPU. */
    memory?: number
    /** Seconds that one request may take, 3 to 30. Default 30, CloudFront's maximum. */
    timeout?: number
    /** Lambda's runtime. Default `nodejs24.x`. */
    runtime?: `nodejs${number}.x`
    /** Days after which a generated image is deleted, or `false` for never. Default 90. */
    expireAfterDays?: number | false
    /** Whether only the distribution can read the images bucket, or anyone. Default `private`. */
    access?: 'private' | 'public'
  }
  /** The service that resizes, crops and converts stored pictures: `/photos/400x300,smart/cats/tom.jpg`. */
  originals?: {
    /** The image function's memory in MB, 128 to 10240. CPU grows with it. Default 1769, which is one vCPU. */
    memory?: number
    /** Seconds that one request may take, 3 to 55. Default 30. */
    timeout?: number
    /** By name, which is the first segment of the mount's paths: `a-z`, digits and hyphens. At most 20. */
    mounts?: Record<string, MountConfig>
  }
  /** The function's packages. */
  packages?: {
    /** The bucket of the packages. Default `<stack>-lambda-<account>`. */
    bucket?: string
  }
  /** How viewers reach the distribution. */
  domain?: {
    /** The distribution's domain names. Left out: unchanged. `[]` removes them. */
    aliases?: string[]
    /** The ARN of an ACM certificate in us-east-1 that covers the aliases. Left out: unchanged. */
    certificate?: string
    /** How many of CloudFront's edges serve the distribution. Left out: unchanged. */
    priceClass?: 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All'
  }
  logs?: {
    /**
     * How long the function's logs are kept, in days that CloudWatch offers. Left out: 30 for log groups that deploy
     * creates; other log groups are unchanged.
     */
    retentionDays?: number
  }
  /** The ARN of an IAM policy that the function's role can never exceed. Left out: unchanged. */
  permissionsBoundary?: string
}

/** A mount: the originals that the paths below `/<mount>/` stand for, and what may be made of them. */
export interface MountConfig {
  /** An existing bucket. Default: the stack's own bucket of originals. */
  bucket?: string
  /**
   * Only objects below this prefix are originals. It ends in `/`, or is empty, which means the whole bucket. Must be
   * written for an existing bucket. Default `<mount>/`.
   */
  prefix?: string
  /**
   * What viewers may ask for: everything (`any`), only URLs that carry a signature (`signed`), or only these operations,
   * as they are written in a URL: `['400x300,webp', '800x,auto']`.
   */
  allow: 'any' | 'signed' | string[]
  /** Whether a path without a size gives the original as it is stored, with its metadata. Default `false`. */
  asIs?: boolean
  /**
   * How a changed original is noticed: the function looks at it whenever an edge has no copy (`check`), or `genato purge`
   * reports it, and stored renditions are served without running the function (`purge`). Default `check`.
   */
  fresh?: 'check' | 'purge'
  /** What finds the faces. Default `built-in`, which needs no other service. */
  faces?: 'built-in' | 'rekognition'
  /** Whether Rekognition looks at every original before anything of it is shown. Default `false`. */
  moderate?:
    | false
    | {
        /** Percent, 1 to 100. Labels with less confidence don't count. Default 75. */
        minConfidence?: number
        /** Rekognition's labels that count, by their own name or a parent's. Default `[]`, which means all of them. */
        labels?: string[]
        /** What happens to a picture with such a label. */
        action: 'blur' | 'refuse'
      }
  /** What an original may be, and the longest side of what is made of it. */
  limits?: {
    /** The original's bytes. Default 26214400. */
    bytes?: number
    /** The original's pixels, of all frames together. Default 50000000. */
    pixels?: number
    /** The original's frames. Default 200. */
    frames?: number
    /** The longest side of a rendition in pixels, after `@2x`. Default 4096. */
    side?: number
  }
}

/** A file that goes into the package. */
export interface Asset {
  /** The name that the generator reads it by: the path relative to the configuration's folder, with slashes. */
  name: string
  /** Absolute. */
  file: string
}

/** The configuration with every default filled in and every path absolute. */
export interface Settings {
  /** The folder that paths are relative to: the configuration file's, or the working directory. */
  root: string
  /** `undefined` if there is no configuration file. */
  configFile: string | undefined
  /** The files that the configuration was read from, absolute. A change of one means reading it again. */
  configInputs: string[]
  stack: string
  generate: GenerateSettings
  originals: OriginalsSettings
  packages: { bucket: string | undefined }
  domain: {
    aliases: string[] | undefined
    certificate: string | undefined
    priceClass: 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All' | undefined
  }
  logs: { retentionDays: number | undefined }
  permissionsBoundary: string | undefined
}

/** Settings of the service that generates images. */
interface GenerateSettings {
  /** `undefined`: the built-in generator. */
  generator: string | undefined
  assets: string[]
  text: string
  /** `undefined`: the bundled font. */
  font: string | undefined
  limits: { side: number; text: number; path: number }
  /** The bucket of the images. `undefined`: the default name. */
  bucket: string | undefined
  /** Which files are served beside the images. `undefined`: the configuration doesn't say, which means all. */
  files: boolean | string | undefined
  access: 'private' | 'public'
  expireAfterDays: number | false
  /** MB. */
  memory: number
  /** Seconds. */
  timeout: number
  runtime: string
  /** The configuration names the runtime, so no other may replace it. */
  runtimeFixed: boolean
}

/** Settings of the service of stored pictures. Without mounts, there is no such service. */
interface OriginalsSettings {
  /** MB. */
  memory: number
  /** Seconds. */
  timeout: number
  mounts: readonly Mount[]
}
