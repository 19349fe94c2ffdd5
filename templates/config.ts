/** The `genato.config.ts` that `genato init` writes. */
export function configTemplate({ generator }: { generator: string | undefined }): string {
  return `import { defineConfig } from 'genato'

// Everything has a default: take the slashes away from what you want otherwise.
export default defineConfig({
  // Names all that genato makes on AWS.
  // stack: 'genato',

  // A module that makes the images; left out, the built-in generator makes them.
  ${generator ? `generator: './${generator}',` : "// generator: './generator.ts',"}

  // Files for the generator, read with context.asset('logo.png').
  // assets: ['logo.png'],

  // What the built-in generator draws where a URL has no text=, and the font that it takes.
  // text: 'Hello World',
  // font: './fonts/MyFont.ttf',

  // The longest side in pixels, text in characters and path in bytes.
  // limits: { side: 4096, text: 200, path: 1024 },

  // The function's memory in MB (its share of a processor grows with it) and its time in seconds.
  // memory: 1769,
  // timeout: 30,

  // Domains of your own, and the certificate for them, in us-east-1. Left out: as they are there.
  // aliases: ['img.example.com'],
  // certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
  // priceClass: 'PriceClass_100',

  // Days until a made image is deleted (false: never), and logs are (left out: 30 for new log groups).
  // expireImagesAfterDays: 90,
  // logs: { retentionDays: 30 },

  // Which files of the images bucket are served beside the images: true, false, or those below a prefix.
  // files: 'public/',

  // An IAM policy that the function's role can never exceed.
  // permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary',

  // 'public' lets anyone read the images bucket, too. Buckets of other names than genato's own.
  // access: 'private',
  // buckets: { images: 'my-images', packages: 'my-packages' },
})
`
}
