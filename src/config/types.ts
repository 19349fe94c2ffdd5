/** What `genato.config.ts` exports. Everything has a default. */
export interface Config {
  /** Names all that is made on AWS: `a-z`, digits and hyphens, 2 to 40 characters. Default `genato`. */
  stack?: string
  /** A module whose default export is a generator, relative to this file. Default: the built-in one. */
  generator?: string
  /** Files and folders that go into the package for the generator, relative to this file. */
  assets?: string[]
  /** The text of an image whose URL names none. Default `Hello World`. */
  text?: string
  /** A TrueType or OpenType file, relative to this file. Default: Inter Regular. */
  font?: string
  /** Of the built-in generator. */
  limits?: {
    /** The longest side in pixels, after `@2x`. Default 4096. */
    side?: number
    /** The longest text in characters (code points). Default 200. */
    text?: number
    /** The longest path in bytes. Default 1024. */
    path?: number
  }
  /** The function's memory in MB, 128 to 10240; its share of a processor grows with it. Default 1769: one. */
  memory?: number
  /** Seconds that one request may take, 3 to 30. Default 30, the most that CloudFront waits. */
  timeout?: number
  /** Lambda's runtime. Default `nodejs24.x`. */
  runtime?: `nodejs${number}.x`
  /** Whether the images bucket can be read only through the distribution, or by anyone. Default `private`. */
  access?: 'private' | 'public'
  /**
   * Which files of the images bucket are served beside the images: all of them, none, or those below a
   * prefix that ends in `/`. Default `true`; before an existing bucket's files are served, deploy asks.
   */
  files?: boolean | string
  /** Buckets to use instead of `<stack>-images-<account>` and `<stack>-lambda-<account>`. */
  buckets?: { images?: string; packages?: string }
  /** Days after which a made image is deleted, or `false` for never. Default 90. */
  expireImagesAfterDays?: number | false
  /** Domain names of the distribution. Left out: kept as they are there; `[]` removes them. */
  aliases?: string[]
  /** The ARN of an ACM certificate in us-east-1 that covers the aliases. */
  certificate?: string
  priceClass?: 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All'
  /**
   * How long the function's logs are kept, in days that CloudWatch offers. Left out: 30 days for log groups that
   * deploy creates, and others as they are.
   */
  logs?: { retentionDays?: number }
  /** The ARN of an IAM policy that limits what the function's role may ever do. Left out: kept as it is there. */
  permissionsBoundary?: string
}

/** A file that goes into the package. */
export interface Asset {
  /** What the generator asks for: the path relative to the configuration's folder, with slashes. */
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
  /** The files that the configuration was read from, absolute: when they change, it has to be read again. */
  configInputs: string[]
  stack: string
  generate: GenerateSettings
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
export interface GenerateSettings {
  /** `undefined`: the built-in one. */
  generator: string | undefined
  assets: string[]
  text: string
  /** `undefined`: the bundled one. */
  font: string | undefined
  limits: { side: number; text: number; path: number }
  /** Of the images. `undefined`: genato's own. */
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
