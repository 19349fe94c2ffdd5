import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { genato, startDevCli, useDevCli, type RunningDev } from '../support/cli.js'
import { project, sharedFolder } from '../support/project.js'

const RED = { r: 220, g: 30, b: 40 }
const BLUE = { r: 20, g: 40, b: 230 }

/** A JPEG of one colour, with metadata that must not be passed on. */
async function photo(
  { width, height }: { width: number; height: number },
  background = RED,
  orientation = 1,
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .withExif({ IFD0: { Copyright: 'SECRET-PLACE' } })
    .withMetadata({ orientation })
    .jpeg()
    .toBuffer()
}

/** White, with a black part: an edge that blurring softens. */
async function halves(black: string): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><path fill="#fff" d="M0 0h400v300H0z"/><path d="${black}"/></svg>`
  return sharp(Buffer.from(svg)).jpeg().toBuffer()
}

/** Writes a file, and its folder. */
function put(file: string, bytes: Buffer | string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, bytes)
}

interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
}

/** Sends the path as given. Node's fetch would rewrite it. */
async function ask(dev: RunningDev, target: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { port } = new URL(dev.url)
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path: target, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (chunk: Buffer) => parts.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      )
    })
    request.on('error', reject)
  })
}

async function sizeOf({ body }: Answer): Promise<string> {
  const { width, height, format } = await sharp(body).metadata()
  return `${format} ${width}x${height}`
}

/** Whether the picture's middle is more blue than red. */
async function isBlue({ body }: Answer): Promise<boolean> {
  const { dominant } = await sharp(body).stats()
  return dominant.b > dominant.r
}

/** The largest step between neighbours in the middle row. */
async function steepest({ body }: Answer): Promise<number> {
  const { data, info } = await sharp(body).greyscale().raw().toBuffer({ resolveWithObject: true })
  const start = Math.floor(info.height / 2) * info.width * info.channels
  const row = Array.from({ length: info.width }, (_, x) => data[start + x * info.channels] ?? 0)
  return Math.max(...row.slice(1).map((value, x) => Math.abs(value - (row[x] ?? 0))))
}

/** Asks until the answer is right, for 10 s. */
async function until(
  question: () => Promise<Answer>,
  isRight: (answer: Answer) => boolean | Promise<boolean>,
) {
  for (const end = Date.now() + 10_000; ;) {
    const answer = await question()
    if (await isRight(answer)) return answer
    if (Date.now() > end)
      throw new Error(`Still status ${answer.status}: ${answer.body.toString().slice(0, 300)}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
}

describe('genato dev --originals photos=DIR', () => {
  const cwd = sharedFolder()
  const pictures = path.join(cwd, 'pictures')
  beforeAll(async () => {
    put(path.join(pictures, 'cats/tom.jpg'), await photo({ width: 800, height: 600 }))
    put(path.join(pictures, 'turned.jpg'), await photo({ width: 800, height: 600 }, RED, 6))
    put(path.join(pictures, 'a b+c,é.jpg'), await photo({ width: 100, height: 100 }))
    put(path.join(pictures, 'notes.txt'), 'no picture')
    put(path.join(pictures, '.env'), 'TOKEN=secret')
    put(path.join(cwd, 'outside.jpg'), await photo({ width: 10, height: 10 }))
  })
  const dev = useDevCli(cwd, ['--originals', 'photos=pictures'])

  it('says where the pictures come from, with a URL that works', async () => {
    const [, example = ''] = /photos +(\/photos\/\S+) +from pictures/.exec(dev.said()) ?? []
    expect((await ask(dev, example)).status).toBe(200)
  })

  it('makes a rendition once, and then serves it from the cache', async () => {
    const first = await ask(dev, '/photos/400x300,webp/cats/tom.jpg')
    expect(first).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'image/webp',
        'cache-control': 'public, max-age=3600, s-maxage=60',
        'x-cache': 'Miss from cloudfront',
        'x-content-type-options': 'nosniff',
        vary: 'Accept',
      },
    })
    expect(Object.keys(first.headers).filter((name) => name.startsWith('x-amz-meta'))).toEqual([])
    expect(await sizeOf(first)).toBe('webp 400x300')
    // Another spelling of the same.
    const second = await ask(dev, '/photos/200X150@2x,center,WebP/cats/tom.jpg')
    expect(second.headers['x-cache']).toBe('Hit from cloudfront')
    expect(second.body.equals(first.body)).toBe(true)
  })

  it.each([
    ['image/avif,image/webp,*/*', 'heif', 'image/avif'],
    ['image/webp,*/*', 'webp', 'image/webp'],
    ['image/avif;q=0,*/*', 'jpeg', 'image/jpeg'],
  ])('gives a viewer who accepts %s %s for auto', async (accept, format, type) => {
    const answer = await ask(dev, '/photos/64x48,auto/cats/tom.jpg', { accept })
    expect(answer.headers['content-type']).toBe(type)
    expect(await sizeOf(answer)).toBe(`${format} 64x48`)
  })

  it('sets pictures upright, and passes on no metadata', async () => {
    const answer = await ask(dev, '/photos/300x/turned.jpg')
    expect(await sizeOf(answer)).toBe('jpeg 300x400')
    expect((await sharp(answer.body).metadata()).exif).toBeUndefined()
    expect(answer.body.includes('SECRET-PLACE')).toBe(false)
  })

  it('reads any name of a file', async () => {
    for (const written of ['a%20b+c,%C3%A9.jpg', 'a%20b%2Bc%2C%C3%A9.jpg'])
      expect((await ask(dev, `/photos/50x50/${written}`)).status).toBe(200)
  })

  it('describes a picture as JSON', async () => {
    const answer = await ask(dev, '/photos/40x40,json/cats/tom.jpg')
    expect(answer.headers['content-type']).toBe('application/json')
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      width: 800,
      height: 600,
      rendition: { width: 40, height: 40 },
    })
  })

  it.each([
    ['/photos/400x300,wepb/cats/tom.jpg', 400, 'BAD_OPTION'],
    ['/photos/0x300/cats/tom.jpg', 400, 'BAD_SIZE'],
    ['/photos/5000x300/cats/tom.jpg', 400, 'SIZE_LIMIT'],
    ['/photos/400x300,crop=9x9+900+0/cats/tom.jpg', 400, 'BAD_CROP'],
    ['/photos/400x300,face=3/cats/tom.jpg', 400, 'NO_FACE'],
    ['/photos/400x300/cats%2f%2e%2e%2f%2e%2e%2foutside.jpg', 400, 'BAD_ENCODING'],
    ['/photos/400x300//cats/tom.jpg', 400, 'BAD_ENCODING'],
    ['/photos/400x300/.env', 404, 'NOT_FOUND'],
    ['/photos/400x300/cats/none.jpg', 404, 'NOT_FOUND'],
    ['/photos/cats/tom.jpg', 404, 'NOT_FOUND'],
    ['/photos/400x300/notes.txt', 415, 'NOT_A_PICTURE'],
  ])('answers %s with %i %s', async (target, status, code) => {
    const answer = await ask(dev, target)
    expect(answer.status).toBe(status)
    expect(answer.body.toString()).toMatch(new RegExp(`^${code}: .+\n$`))
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    })
  })

  it('generates images as before', async () => {
    expect(await sizeOf(await ask(dev, '/64x64,navy,png'))).toBe('png 64x64')
  })

  it('notices a changed file, though the edge has a copy', async () => {
    const file = path.join(pictures, 'changing.jpg')
    put(file, await photo({ width: 100, height: 100 }, RED))
    const question = async () => ask(dev, '/photos/50x50,png/changing.jpg')
    expect(await isBlue(await until(question, ({ status }) => status === 200))).toBe(false)
    put(file, await photo({ width: 100, height: 100 }, BLUE))
    await until(question, isBlue)
    rmSync(file)
    await until(question, ({ status }) => status === 404)
  })

  it('lists what was made of a picture, and forgets it on purge', async () => {
    const question = async () => ask(dev, '/photos/31x31,png/purged/tom.jpg')
    put(path.join(pictures, 'purged/tom.jpg'), await photo({ width: 100, height: 100 }))
    await until(question, ({ status }) => status === 200)
    expect((await until(question, () => true)).headers['x-cache']).toBe('Hit from cloudfront')
    const listed = await genato(['renditions', 'photos/purged/tom.jpg'], cwd)
    expect(listed).toMatchObject({ code: 0, stderr: '' })
    expect(listed.stdout).toMatch(
      /1 rendition of photos\/purged\/tom\.jpg .*\n {2}\/photos\/31x31,png\/purged\/tom\.jpg/,
    )
    const purged = await genato(['purge', 'photos/purged/', '--json'], cwd)
    expect(JSON.parse(purged.stdout)).toMatchObject({
      originals: 'photos/purged/',
      objects: 1,
      forgotten: true,
    })
    expect((await genato(['renditions', 'photos/purged/tom.jpg'], cwd)).stdout).toMatch(
      /^Nothing was made of/,
    )
    expect((await question()).headers['x-cache']).toBe('Miss from cloudfront')
    expect((await genato(['renditions', 'photos/a%20b.jpg'], cwd)).stdout).toContain(
      'If the name is percent-encoded, write /photos/a%20b.jpg',
    )
  })
})

describe('configured mounts', () => {
  const CONFIG = {
    originals: {
      mounts: {
        photos: { allow: ['40x30,png', '80x,auto'], asIs: true },
        private: { allow: 'signed' },
        stored: { allow: 'any', fresh: 'purge' },
      },
    },
  }
  const cwd = project({}, sharedFolder())
  beforeAll(async () => {
    put(path.join(cwd, 'genato.config.json'), JSON.stringify(CONFIG))
    for (const mount of ['photos', 'private', 'stored'])
      put(path.join(cwd, '.genato/originals', mount, 'tom.jpg'), await photo({ width: 80, height: 60 }))
  })
  const dev = useDevCli(cwd)

  it('serve the pictures of .genato/originals, and an example that each allows', async () => {
    const examples = [...dev.said().matchAll(/^ {2}(?:photos|private|stored) +(\/\S+)/gm)].map(
      ([, example = '']) => example,
    )
    expect(examples).toEqual([
      '/photos/40x30,png/tom.jpg',
      expect.stringMatching(/^\/private\/400x300,smart,auto\/tom\.jpg\?sig=[\w-]{22}$/),
      '/stored/400x300,smart,auto/tom.jpg',
    ])
    for (const example of examples) expect((await ask(dev, example)).status).toBe(200)
  })

  it('give only what a list allows, and originals as they are where they may', async () => {
    expect((await ask(dev, '/photos/40x30,PNG/tom.jpg')).status).toBe(200)
    const refused = await ask(dev, '/photos/41x30,png/tom.jpg')
    expect(refused.status).toBe(403)
    expect(refused.body.toString()).toMatch(/^NOT_ALLOWED: /)
    const asIs = await ask(dev, '/photos/tom.jpg')
    expect(asIs).toMatchObject({ status: 200, headers: { 'content-type': 'image/jpeg' } })
    expect(asIs.body.equals(readFileSync(path.join(cwd, '.genato/originals/photos/tom.jpg')))).toBe(true)
  })

  it('want a signature of genato sign where they are signed', async () => {
    const target = '/private/20x20,png/tom.jpg'
    const unsigned = await ask(dev, target)
    expect(unsigned).toMatchObject({ status: 403, headers: { 'cache-control': 'no-store' } })
    expect(unsigned.body.toString()).toMatch(/^BAD_SIGNATURE: /)
    const signed = (await genato(['sign', target], cwd)).stdout.trim()
    expect((await ask(dev, signed)).status).toBe(200)
    expect((await ask(dev, signed.replace('20x20', '21x20'))).status).toBe(403)
    expect((await ask(dev, `${signed}&x=1`)).status).toBe(403)
    const expiring = (await genato(['sign', target, '--expires', '1h'], cwd)).stdout.trim()
    expect((await ask(dev, expiring)).status).toBe(200)
    expect((await ask(dev, expiring.replace(/exp=\d/, 'exp=0'))).status).toBe(403)
    // Signatures are not part of the cache key.
    expect((await ask(dev, target)).status).toBe(403)
  })

  it('look among the stored renditions first with fresh: purge', async () => {
    const target = '/stored/20x20,png/tom.jpg'
    const question = async () => ask(dev, target)
    expect((await question()).headers['cache-control']).toContain('s-maxage=60')
    // Drops the edge's copy only: the rendition stays in its bucket.
    const file = path.join(cwd, '.genato/images/purge/forget.json')
    writeFileSync(file, JSON.stringify({ mount: 'stored', key: 'tom.jpg' }))
    const stored = await until(question, ({ headers }) => headers.server === 'AmazonS3')
    expect(stored).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'public, max-age=3600, s-maxage=86400' },
    })
    put(path.join(cwd, '.genato/originals/stored/tom.jpg'), await photo({ width: 80, height: 60 }, BLUE))
    await until(question, isBlue)
  })
})

describe('a changed configuration', () => {
  it('brings and takes mounts, and drops what another policy allowed', async () => {
    const cwd = project()
    const configure = (mounts: object) =>
      put(path.join(cwd, 'genato.config.json'), JSON.stringify({ originals: { mounts } }))
    configure({ photos: { allow: 'any' } })
    put(path.join(cwd, '.genato/originals/photos/tom.jpg'), await photo({ width: 80, height: 60 }))
    const dev = await startDevCli(cwd)
    expect((await ask(dev, '/photos/40x30/tom.jpg')).status).toBe(200)
    expect((await genato(['renditions', 'photos/', '--json'], cwd)).stdout).toContain('"operations":"40x30"')

    configure({ photos: { allow: ['20x'] }, more: { allow: 'any' } })
    await dev.untilSaid(/rebuilt .* 1 stored image dropped/)
    expect((await ask(dev, '/photos/40x30/tom.jpg')).status).toBe(403)
    expect((await ask(dev, '/photos/20x/tom.jpg')).status).toBe(200)
    put(path.join(cwd, '.genato/originals/more/tom.jpg'), await photo({ width: 80, height: 60 }))
    expect((await ask(dev, '/more/40x30/tom.jpg')).status).toBe(200)

    configure({ more: { allow: 'any' } })
    await until(
      async () => ask(dev, '/photos/20x/tom.jpg'),
      ({ status, headers }) =>
        status === 404 && headers['x-cache'] === 'LambdaGeneratedResponse from cloudfront',
    )
    expect((await ask(dev, '/more/40x30/tom.jpg')).status).toBe(200)
    expect(await dev.end()).toBe(0)
  })

  it('of signing keys counts at once: the previous key signs on until it is taken away', async () => {
    const cwd = project({
      'genato.config.json': '{ "originals": { "mounts": { "photos": { "allow": "signed" } } } }',
    })
    put(path.join(cwd, '.genato/originals/photos/tom.jpg'), await photo({ width: 80, height: 60 }))
    const dev = await startDevCli(cwd)
    const file = path.join(cwd, '.genato/signing.json')
    const { current: old } = JSON.parse(readFileSync(file, 'utf8')) as { current: string }
    const sign = async () => (await genato(['sign', '/photos/40x30/tom.jpg'], cwd)).stdout.trim()
    const before = await sign()
    expect((await ask(dev, before)).status).toBe(200)

    const keys = { current: randomBytes(32).toString('base64url'), previous: old }
    writeFileSync(file, JSON.stringify(keys))
    const after = await sign()
    expect(after).toMatch(/^\/photos\/40x30\/tom\.jpg\?sig=/)
    expect(after).not.toBe(before)
    await until(
      async () => ask(dev, after),
      ({ status }) => status === 200,
    )
    expect((await ask(dev, before)).status).toBe(200)

    writeFileSync(file, JSON.stringify({ current: keys.current }))
    await until(
      async () => ask(dev, before),
      ({ status }) => status === 403,
    )
    expect((await ask(dev, after)).status).toBe(200)
  })

  it('that is wrong keeps the mounts as they were, and says what is wrong', async () => {
    const cwd = project({
      'genato.config.json': '{ "originals": { "mounts": { "photos": { "allow": "any" } } } }',
    })
    put(path.join(cwd, '.genato/originals/photos/tom.jpg'), await photo({ width: 80, height: 60 }))
    const dev = await startDevCli(cwd)
    writeFileSync(path.join(cwd, 'genato.config.json'), '{ "originals": { "mounts": { "photos": {} } } }')
    await dev.untilSaid('originals.mounts.photos.allow is required')
    expect((await ask(dev, '/photos/40x30/tom.jpg')).status).toBe(200)
  })
})

describe('mounts that ask Rekognition', () => {
  it('get answers from a file, also once it has changed, and say so', async () => {
    const mounts = {
      blurred: { allow: 'any', moderate: { action: 'blur' } },
      strict: { allow: 'any', moderate: { action: 'refuse', labels: ['Violence'] } },
    }
    const cwd = project({ 'genato.config.json': JSON.stringify({ originals: { mounts } }) })
    const answers = path.join(cwd, 'labels.json')
    put(answers, JSON.stringify({ 'strict/bad.jpg': { labels: [{ name: 'Weapons', parent: 'Violence' }] } }))
    put(path.join(cwd, '.genato/originals/blurred/a.jpg'), await halves('M0 0h180v300H0z'))
    put(path.join(cwd, '.genato/originals/strict/bad.jpg'), await halves('M0 0h400v130H0z'))
    put(path.join(cwd, '.genato/originals/strict/good.jpg'), await photo({ width: 400, height: 300 }))
    const dev = await startDevCli(cwd, ['--rekognition', 'labels.json'])
    expect(dev.said()).toMatch(/The local Rekognition looks at nothing: it answers from .*labels\.json/)
    const refused = await ask(dev, '/strict/40x30/bad.jpg')
    expect(refused.status).toBe(403)
    expect(refused.body.toString()).toMatch(/^MODERATED: /)
    expect((await ask(dev, '/strict/40x30,json/bad.jpg')).status).toBe(403)
    expect((await ask(dev, '/strict/40x30/good.jpg')).status).toBe(200)
    const sharpEdge = await ask(dev, '/blurred/400x300,png/a.jpg')
    expect(sharpEdge.status).toBe(200)

    put(answers, JSON.stringify({ 'blurred/a.jpg': { labels: [{ name: 'Violence' }] } }))
    await dev.untilSaid(/rebuilt .*labels\.json/)
    expect((await ask(dev, '/strict/40x30/bad.jpg')).status).toBe(200)
    const blurred = await ask(dev, '/blurred/400x300,png/a.jpg')
    expect(blurred.status).toBe(200)
    expect(await steepest(blurred)).toBeLessThan((await steepest(sharpEdge)) / 4)
  })

  it('find nothing without a file, which is said', async () => {
    const mounts = { photos: { allow: 'any', faces: 'rekognition' } }
    const cwd = project({ 'genato.config.json': JSON.stringify({ originals: { mounts } }) })
    put(path.join(cwd, '.genato/originals/photos/tom.jpg'), await photo({ width: 80, height: 60 }))
    const dev = await startDevCli(cwd)
    expect(dev.said()).toContain('it finds no labels and no faces in any picture')
    expect((await ask(dev, '/photos/40x30,faces/tom.jpg')).status).toBe(200)
    expect((await ask(dev, '/photos/40x30,face=1/tom.jpg')).status).toBe(400)
  })

  it('refuse a file that is wrong', async () => {
    const mounts = { photos: { allow: 'any', faces: 'rekognition' } }
    const cwd = project({ 'genato.config.json': JSON.stringify({ originals: { mounts } }), 'l.json': '[' })
    const ran = await genato(['dev', '--rekognition', 'l.json'], cwd)
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('l.json') as string })
  })
})

describe('--originals is refused', () => {
  it.each([
    ['photos', /can't read "photos"/],
    ['=pictures', /can't read "=pictures"/],
    ['photos=nowhere', /there is no folder nowhere/],
    ['photos=file.txt', /file\.txt is not a folder/],
    ['Photos=.', /must be named with a-z.*\(got "Photos"\)/],
    ['x300=.', /must not be named like a size/],
    ['generated=.', /must not be named generated/],
  ])('as %s', async (given, message) => {
    const ran = await genato(['dev', '--originals', given], project({ 'file.txt': '' }))
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(message) as string })
  })

  it('for a mount that is named twice', async () => {
    const ran = await genato(['dev', '--originals', 'a=.', '--originals', 'a=.'], project())
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('the mount a twice') as string })
  })
})

describe('commands for stored pictures', () => {
  const cwd = sharedFolder()
  const originals = ['--originals', 'photos=.']
  beforeAll(async () => put(path.join(cwd, 'tom.jpg'), await photo({ width: 80, height: 60 })))

  it('explain says what a URL means, with the key for every viewer', async () => {
    const { code, stdout } = await genato(['explain', 'photos/40x30,AUTO,Smart/tom.jpg', ...originals], cwd)
    expect(code).toBe(0)
    expect(stdout).toContain('/photos/40x30,smart,auto/tom.jpg')
    expect(stdout).toMatch(/avif viewers +photos\/[\da-f]{12}\/tom\.jpg\/40x30_smart_auto-avif/)
    expect(stdout).toMatch(/other viewers +photos\/[\da-f]{12}\/tom\.jpg\/40x30_smart_auto-none/)
    const wrong = await genato(['explain', '/photos/40x30,wepb/tom.jpg', ...originals], cwd)
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('webp') as string })
  })

  it.each([
    [['/photos/40x30/a#b.jpg', ...originals], 0, '#b.jpg is ignored: browsers keep it to themselves'],
    [['/photos/40x30/tom.jpg'], 0, 'There is no mount photos. --originals photos=DIR'],
    [['/photos/tom.jpg', ...originals], 2, 'status 404 and NOT_FOUND'],
    [['/photos/0x30/tom.jpg', ...originals], 2, 'status 400 and BAD_SIZE'],
  ])('explain %j says what is not seen in the URL itself', async (args, code, said) => {
    const ran = await genato(['explain', ...args], cwd)
    expect(ran).toMatchObject({ code, stderr: expect.stringContaining(said) as string })
  })

  it('render without the mount’s folder says how to name it', async () => {
    const ran = await genato(['render', '/photos/40x30/tom.jpg'], cwd)
    expect(ran).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--originals photos=DIR') as string,
    })
  })

  it('render makes a rendition of a file, in the format that the output is named for', async () => {
    const made = await genato(['render', '/photos/40x30/tom.jpg', ...originals, '--out', 'tom.webp'], cwd)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(await sharp(path.join(cwd, 'tom.webp')).metadata()).toMatchObject({ format: 'webp', width: 40 })
  })

  it('render finds faces by itself on a mount that asks Rekognition, and says so', async () => {
    const config = { originals: { mounts: { checked: { allow: 'any', faces: 'rekognition' } } } }
    const folder = project({ 'genato.config.json': JSON.stringify(config) })
    put(path.join(folder, '.genato/originals/checked/tom.jpg'), await photo({ width: 80, height: 60 }))
    const made = await genato(['render', '/checked/40x30,faces/tom.jpg', '--out', 'tom.jpg'], folder)
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('built-in detector') as string })
    expect(await sharp(path.join(folder, 'tom.jpg')).metadata()).toMatchObject({ width: 40, height: 30 })
  })

  it.each([
    [['/photos/40x30/tim.jpg'], 1, /no picture tim\.jpg.*\n.*Did you mean tom\.jpg\?/],
    [['/photos/40x30,crop=9x9+900+0/tom.jpg'], 1, /80x60/],
    [['/photos/tom.jpg'], 2, /an original as it is stored/],
    [['/photos/40x30,png/tom.jpg', '--out', 'tom.jpg'], 2, /named like image\/jpeg/],
  ])('render %j ends with exit code %i', async (args, code, message) => {
    const ran = await genato(['render', ...args, ...originals], cwd)
    expect(ran).toMatchObject({ code, stderr: expect.stringMatching(message) as string })
  })

  it('renditions and purge name the mounts that there are', async () => {
    const ran = await genato(['renditions', 'nope/tom.jpg'], project())
    expect(ran).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("nope/tom.jpg doesn't begin with a mount") as string,
    })
  })

  it('deploy refuses mounts, and says where they work today', async () => {
    const folder = project({
      'genato.config.json': '{ "originals": { "mounts": { "photos": { "allow": "any" } } } }',
    })
    const ran = await genato(['deploy', '--dry-run'], folder)
    expect(ran).toMatchObject({ code: 2, stdout: '' })
    expect(ran.stderr).toMatch(
      /originals\.mounts has photos, but .* next version.*\n.*genato dev serves them/,
    )
  })
})
