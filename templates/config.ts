/** The `genato.config.ts` that `genato init` writes. */
export function configTemplate({ generator }: { generator: string | undefined }): string {
  return `import { defineConfig } from 'genato'

// Every setting has a default: uncomment the ones that you want to change.
export default defineConfig({
  // The start of the name of every AWS resource.
  // stack: 'genato',

  // The service that generates images from URLs.
  generate: {
    // The module that generates the images. Left out: the built-in generator.
    ${generator ? `generator: './${generator}',` : "// generator: './generator.ts',"}

    // Files for the generator, which reads them with context.asset('logo.png').
    // assets: ['logo.png'],

    // The built-in generator's text where a URL has no text=, and its font.
    // text: 'Hello World',
    // font: './fonts/MyFont.ttf',

    // The longest side in pixels, text in characters and path in bytes.
    // limits: { side: 4096, text: 200, path: 1024 },

    // The images bucket, and which of your own files in it are served: true, false, or those below a prefix.
    // bucket: 'my-images',
    // files: 'public/',

    // 'public' lets anyone read the images bucket directly.
    // access: 'private',

    // Days until a generated image is deleted. false: never.
    // expireAfterDays: 90,

    // The function's memory in MB (CPU grows with it), and its timeout in seconds.
    // memory: 1769,
    // timeout: 30,

    // The function's Node.js. Left out: nodejs24.x, or the newest that Lambda@Edge runs.
    // runtime: 'nodejs24.x',
  },

  // Stored pictures: /photos/400x300,smart/cats/tom.jpg. On this machine only; AWS comes with the next version.
  // originals: { mounts: { photos: { allow: 'any' } } },

  // The bucket of the function's packages.
  // packages: { bucket: 'my-packages' },

  // Your own domains, and their certificate in us-east-1. Left out: unchanged.
  domain: {
    // aliases: ['img.example.com'],
    // certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
    // priceClass: 'PriceClass_100',
  },

  // Days until logs are deleted. Left out: 30 for new log groups.
  // logs: { retentionDays: 30 },

  // An IAM policy that the function's role can never exceed.
  // permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary',
})
`
}
