import { execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import http from 'node:http'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { genato, startDevCli, useDevCli, type RunningDev } from '../support/cli.js'
import { generatorSource, GOOD_BODY, project, ROOT, sharedFolder } from '../support/project.js'

/** Windows has no `ps`, and a signal there ends a process at once. */
const WINDOWS = process.platform === 'win32'

const CONFIG = (rest = '') => ({ 'genato.config.json': `{ "generate": { "generator": "./gen.ts"${rest} } }` })

/** A project whose generator's `generate` has this body. */
function own(body: string, rest = '', version = '1'): string {
  return project({ ...CONFIG(rest), 'gen.ts': generatorSource(body, version) })
}

function cacheOf(response: Response): string | null {
  return response.headers.get('x-cache')
}

/** Sends the path as given. Node's fetch would rewrite it. */
async function raw(
  dev: RunningDev,
  target: string,
  method = 'GET',
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }> {
  const { port } = new URL(dev.url)
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path: target, method }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    request.on('error', reject)
    request.end()
  })
}

async function serving(url: string, text: string): Promise<string> {
  for (const end = Date.now() + 10_000; ;) {
    const body = await (await fetch(url)).text()
    if (body.includes(text) || Date.now() > end) return body
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
}

describe('genato dev', () => {
  it('prints instructions at the start, and a line for each request', async () => {
    const dev = await startDevCli(project())
    expect(dev.said()).toMatch(
      /genato dev {3}http:\/\/localhost:\d+ {6}open this\n {2}try {8}\/640x480,white,png/,
    )
    const first = await fetch(`${dev.url}/640x480,white,png`)
    expect(first.status).toBe(200)
    expect(cacheOf(first)).toBe('Miss from cloudfront')
    expect(first.headers.get('age')).toBeNull()
    expect(first.headers.get('content-type')).toBe('image/png')
    expect(first.headers.get('cache-control')).toBe('public, max-age=86400, s-maxage=31536000')
    expect(first.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/)
    expect(await sharp(Buffer.from(await first.arrayBuffer())).metadata()).toMatchObject({
      width: 640,
      height: 480,
    })
    const second = await fetch(`${dev.url}/640x480,white,png?query=ignored`)
    expect(cacheOf(second)).toBe('Hit from cloudfront')
    expect(Number(second.headers.get('age'))).toBeGreaterThanOrEqual(0)
    await dev.untilSaid(/200 Miss +\d+ ms {2}640x480,white,png\n200 Hit +\d+ ms {2}640x480,white,png/)
  })

  it('serves files of the bucket, whatever their names', async () => {
    const cwd = project()
    const first = await startDevCli(cwd)
    await first.end()
    const { openObjectFolder } = await import('../../src/objects/folder.js')
    const objects = await openObjectFolder(path.join(cwd, '.genato', 'images', 'objects'))
    for (const key of ['a+b.txt', 'a b.txt', 'ä/ö.txt', '100%.txt'])
      await objects.put(key, { body: Buffer.from(key), contentType: 'text/plain' })
    const dev = await startDevCli(cwd)
    for (const [target, body] of [
      ['/a+b.txt', 'a+b.txt'],
      ['/a%2Bb.txt', 'a+b.txt'],
      ['/a%20b.txt', 'a b.txt'],
      ['/%C3%A4/%C3%B6.txt', 'ä/ö.txt'],
      ['/100%25.txt', '100%.txt'],
    ] as const)
      expect(await raw(dev, target)).toMatchObject({ status: 200, body })
  })

  it('revalidates an expired file, and says so', async () => {
    const cwd = project()
    const { openObjectFolder } = await import('../../src/objects/folder.js')
    const objects = await openObjectFolder(path.join(cwd, '.genato', 'images', 'objects'))
    await objects.put('a.txt', {
      body: Buffer.from('a'),
      contentType: 'text/plain',
      cacheControl: 'max-age=1',
    })
    const dev = await startDevCli(cwd)
    const first = await fetch(`${dev.url}/a.txt`)
    await new Promise((resolve) => {
      setTimeout(resolve, 1_100)
    })
    const second = await fetch(`${dev.url}/a.txt`)
    expect([cacheOf(first), cacheOf(second)]).toEqual(['Miss from cloudfront', 'RefreshHit from cloudfront'])
    expect(second.headers.get('age')).toBeNull()
    expect(await second.text()).toBe('a')
    await dev.untilSaid(/200 Refresh +\d+ ms {2}a\.txt/)
  })

  it('generates one image for simultaneous misses', async () => {
    const dev = await startDevCli(
      own(`context.log.info('made'); await new Promise((r) => setTimeout(r, 300)); ${GOOD_BODY}`),
    )
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => fetch(`${dev.url}/card/one.svg`)),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    await dev.untilSaid('card/one.svg')
    expect(dev.said().match(/\| made/g)).toHaveLength(1)
  })

  it('keeps images over a restart, and over a kill', async () => {
    const cwd = project()
    const before = await startDevCli(cwd)
    const made = Buffer.from(await (await fetch(`${before.url}/300x200,teal`)).arrayBuffer())
    await before.end('SIGKILL')
    const dev = await startDevCli(cwd, ['--data', '.genato/images'])
    const kept = await fetch(`${dev.url}/300x200,teal`)
    expect(Buffer.from(await kept.arrayBuffer()).equals(made)).toBe(true)
    expect(Date.parse(kept.headers.get('last-modified') ?? '')).toBeLessThanOrEqual(Date.now())
    const objects = path.join(cwd, '.genato', 'images', 'objects')
    const files = readdirSync(objects, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(path.join(objects, name)).isFile(),
    )
    expect(files).toHaveLength(1)
    expect(path.basename(files[0]!)).toMatch(/^[0-9a-f]+$/)
  })

  it('reports a damaged stored image, and generates it again', async () => {
    const cwd = project()
    const before = await startDevCli(cwd)
    const made = await (await fetch(`${before.url}/300x200,teal`)).arrayBuffer()
    await before.end()
    const objects = path.join(cwd, '.genato', 'images', 'objects')
    for (const name of readdirSync(objects, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(objects, name)
      if (statSync(file).isFile()) writeFileSync(file, readFileSync(file).subarray(0, 200))
    }
    const dev = await startDevCli(cwd)
    const again = await fetch(`${dev.url}/300x200,teal`)
    expect(again.status).toBe(200)
    expect(Buffer.from(await again.arrayBuffer()).equals(Buffer.from(made))).toBe(true)
    expect(dev.said()).toContain('was damaged and will be generated again')
  })

  it('gives the function Lambda’s reserved variables, and none of this machine’s', async () => {
    const cwd = own(`return { body: JSON.stringify(process.env), contentType: 'application/json' }`)
    const dev = await startDevCli(cwd, [], { SECRET_OF_MINE: 'x', AWS_PROFILE: 'prod' })
    const env = (await (await fetch(`${dev.url}/card/env.svg`)).json()) as Record<string, string>
    expect(
      Object.keys(env).filter(
        (name) =>
          !/^(AWS_|LAMBDA_|_HANDLER$|LANG$|TZ$|FONTCONFIG_FILE$|PATH$|TMPDIR$|TEMP$|TMP$|_X_AMZN_TRACE_ID$|NODE_CHANNEL|SystemRoot$|__CF_USER_TEXT_ENCODING$)/.test(
            name,
          ),
      ),
    ).toEqual([])
    expect(env).toMatchObject({
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'us-east-1.genato-func',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
    })
    expect(env).not.toHaveProperty('AWS_PROFILE')
  })

  it.skipIf(WINDOWS)('ends at once with Ctrl-C, with code 0, and leaves no process', async () => {
    const dev = await startDevCli(own('for (;;);'))
    void fetch(`${dev.url}/card/busy.svg`).catch(() => undefined)
    await new Promise((resolve) => {
      setTimeout(resolve, 300)
    })
    const children = childrenOf(dev.child.pid)
    const started = Date.now()
    expect(await dev.end('SIGINT')).toBe(0)
    expect(Date.now() - started).toBeLessThan(1_500)
    await untilGone(children)
  })

  it.skipIf(WINDOWS)('leaves no process when it is killed while the function is busy', async () => {
    const dev = await startDevCli(own('for (;;);'))
    void fetch(`${dev.url}/card/busy.svg`).catch(() => undefined)
    await new Promise((resolve) => {
      setTimeout(resolve, 300)
    })
    const children = childrenOf(dev.child.pid)
    expect(children.length).toBeGreaterThan(0)
    await dev.end('SIGKILL')
    await untilGone(children)
  })
})

describe('genato dev, wired together,', () => {
  const dev = useDevCli(sharedFolder())

  it('distinguishes wrong URLs from missing files, and caches both as their headers say', async () => {
    const wrong = await fetch(`${dev.url}/640x480,whit`)
    expect([wrong.status, cacheOf(wrong)]).toEqual([400, 'LambdaGeneratedResponse from cloudfront'])
    expect(await wrong.text()).toContain('did you mean white')
    const again = await fetch(`${dev.url}/640x480,whit`)
    expect([again.status, cacheOf(again)]).toEqual([400, 'Error from cloudfront'])
    expect((await fetch(`${dev.url}/favicon.ico`)).status).toBe(404)
    expect((await fetch(`${dev.url}/folder/`)).status).toBe(404)
    // The only path that differs from AWS, where it is 404 too.
    expect((await fetch(dev.url)).headers.get('content-type')).toBe('text/html; charset=utf-8')
    await dev.untilSaid('BAD_COLOR')
  })

  it('answers conditions and ranges from the cache', async () => {
    const whole = Buffer.from(await (await fetch(`${dev.url}/300x200,teal`)).arrayBuffer())
    const etag = (await fetch(`${dev.url}/300x200,teal`)).headers.get('etag') ?? ''
    const asked = async (headers: Record<string, string>) => fetch(`${dev.url}/300x200,teal`, { headers })
    expect((await asked({ 'if-none-match': etag })).status).toBe(304)
    const part = await asked({ range: 'bytes=8-15' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 8-15/${whole.length}`])
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(8, 16))).toBe(true)
  })

  it('answers HEAD without a body, and never serves that to GET', async () => {
    const head = await raw(dev, '/50,white', 'HEAD')
    expect([head.status, head.body]).toEqual([200, ''])
    expect(Number(head.headers['content-length'])).toBeGreaterThan(50)
    expect((await fetch(`${dev.url}/50,white`)).headers.get('content-length')).toBe(
      head.headers['content-length'],
    )
    expect((await raw(dev, '/50,white', 'HEAD')).headers['x-cache']).toBe('Hit from cloudfront')
  })

  it('responds with 400 to paths that lead out of the bucket or aren’t text', async () => {
    for (const target of [
      '/..%2f..%2fetc/passwd',
      '/../../etc/passwd',
      '/%2e%2e/x',
      '/%00',
      '/%',
      '/1x1,%ff',
      'http://evil.example/%zz',
    ]) {
      const { status, body } = await raw(dev, target)
      expect([target, status]).toEqual([target, 400])
      expect(body).not.toContain('root:')
    }
  })
})

describe('a change', () => {
  it('of the generator shows at the next reload, without a new version', async () => {
    const cwd = own(GOOD_BODY)
    const dev = await startDevCli(cwd)
    expect(await (await fetch(`${dev.url}/card/Ann.svg`)).text()).toContain('<title>Ann')
    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY.replace('<title>', '<title>Dear ')))
    expect(await serving(`${dev.url}/card/Ann.svg`, 'Dear Ann')).toContain('Dear Ann')
    await dev.untilSaid(/rebuilt {2}gen\.ts changed · \d+ ms · 1 stored image dropped/)
  })

  it('that breaks the generator is reported, the previous package keeps serving, and a fix is enough', async () => {
    const cwd = own(GOOD_BODY)
    const dev = await startDevCli(cwd)
    writeFileSync(path.join(cwd, 'gen.ts'), 'export default {')
    await dev.untilSaid(/gen\.ts:1:\d+/)
    expect((await fetch(`${dev.url}/card/Ann.svg`)).status).toBe(200)
    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY.replace('<title>', '<title>New ')))
    expect(await serving(`${dev.url}/card/Ann.svg`, 'New Ann')).toContain('New Ann')
  })

  it('of the configuration counts too, even if there was none', async () => {
    const cwd = project()
    const dev = await startDevCli(cwd)
    const before = await (await fetch(`${dev.url}/100x50,svg`)).text()
    expect(before).toContain('Hello World')
    writeFileSync(path.join(cwd, 'genato.config.json'), '{ "generate": { "text": "Changed" } }')
    expect(await serving(`${dev.url}/100x50,svg`, 'Changed')).toContain('Changed')
    writeFileSync(path.join(cwd, 'genato.config.json'), '{ "generate": { "txt": "Oops" } }')
    await dev.untilSaid('Did you mean generate.text?')
    expect((await fetch(`${dev.url}/101x50,svg`)).status).toBe(200)
  })

  it('leaves one unpacked package, not one for each change', async () => {
    const cwd = own(GOOD_BODY)
    const dev = await startDevCli(cwd)
    for (const greeting of ['One', 'Two', 'Three']) {
      writeFileSync(
        path.join(cwd, 'gen.ts'),
        generatorSource(GOOD_BODY.replace('<title>', `<title>${greeting} `)),
      )
      expect(await serving(`${dev.url}/card/Ann.svg`, greeting)).toContain(`${greeting} Ann`)
    }
    expect(readdirSync(path.join(cwd, '.genato', 'run'))).toHaveLength(1)
  })

  it('while a request runs does not fail it', async () => {
    // Longer than any rebuild: the request is repeated once the old code has ended.
    const cwd = own(`await new Promise((r) => setTimeout(r, 25_000)); ${GOOD_BODY}`)
    const dev = await startDevCli(cwd)
    const slow = fetch(`${dev.url}/card/Ann.svg`)
    await new Promise((resolve) => {
      setTimeout(resolve, 300)
    })
    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY.replace('<title>', '<title>Quick ')))
    const answer = await slow
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('Quick Ann')
  })

  it('survives stored images that were deleted in the meantime', async () => {
    const cwd = own(GOOD_BODY)
    const dev = await startDevCli(cwd)
    await fetch(`${dev.url}/card/Ann.svg`)
    // This file is written last.
    await expect.poll(() => existsSync(path.join(cwd, '.genato', 'images', 'asked-for.jsonl'))).toBe(true)
    rmSync(path.join(cwd, '.genato', 'images'), { recursive: true })
    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY.replace('<title>', '<title>New ')))
    expect(await serving(`${dev.url}/card/Ann.svg`, 'New Ann')).toContain('New Ann')
  })

  it('survives images that can’t be deleted', async () => {
    const cwd = own(GOOD_BODY)
    const dev = await startDevCli(cwd)
    rmSync(path.join(cwd, '.genato', 'images'), { recursive: true })
    writeFileSync(path.join(cwd, '.genato', 'images'), 'a file in its place')
    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY.replace('<title>', '<title>New ')))
    await dev.untilSaid('could not be deleted')
    const answer = await fetch(`${dev.url}/card/Ann.svg`)
    expect([answer.status, (await answer.text()).includes('New Ann')]).toEqual([503, false])
    expect((await fetch(`${dev.url}/nothing/`)).status).toBe(404)
  })

  it('back to the running code is reported after an error', async () => {
    const cwd = own(GOOD_BODY)
    const dev = await startDevCli(cwd)
    writeFileSync(path.join(cwd, 'gen.ts'), 'export default {')
    await dev.untilSaid(/gen\.ts:1:\d+/)
    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY))
    await dev.untilSaid(/rebuilt {2}gen\.ts changed/)
  })

  it('before the start deletes images of other code', async () => {
    const cwd = own(GOOD_BODY)
    const before = await startDevCli(cwd)
    await fetch(`${before.url}/card/Ann.svg`)
    await before.end()
    writeFileSync(path.join(cwd, 'gen.ts'), generatorSource(GOOD_BODY.replace('<title>', '<title>Later ')))
    const dev = await startDevCli(cwd)
    expect(await (await fetch(`${dev.url}/card/Ann.svg`)).text()).toContain('Later Ann')
  })
})

describe('a generator that', () => {
  /** How each responds to `/card/<name>.svg`. */
  const BAD: [name: string, body: string, status: number, reason: string][] = [
    ['throws', "throw new Error('a secret')", 500, 'a secret'],
    ['exits', 'process.exit(3)', 503, 'ended with exit code 3'],
    [
      'crashes later',
      "setTimeout(() => { throw new Error('too late') }, 1); await new Promise(() => undefined)",
      503,
      'too late',
    ],
    ['returns nothing', 'return', 500, 'returned nothing'],
    [
      'returns far too much',
      "return { body: Buffer.alloc(60e6), contentType: 'image/png' }",
      500,
      '60000000 bytes',
    ],
    ['hangs', 'for (;;);', 503, 'did not answer within its timeout of 3 s'],
    ['never settles', 'await new Promise(() => undefined)', 503, 'Not done within'],
    [
      'eats memory',
      'const eaten = []; for (;;) { eaten.push(Buffer.alloc(2e7, 1)); await 0 }',
      503,
      'more than its 256 MB of memory',
    ],
    [
      'eats V8’s memory',
      'const eaten = []; for (;;) eaten.push({ eaten: new Array(1000).fill(eaten.length) })',
      503,
      'memory',
    ],
  ]
  const bodies = BAD.map(([name, body]) => `if (name === '${name.replace('’', '')}') { ${body} }`).join('\n')
  const dev = useDevCli(
    project(
      {
        ...CONFIG(', "timeout": 3, "memory": 256'),
        'gen.ts': generatorSource(`${bodies}\n${GOOD_BODY}`),
      },
      sharedFolder(),
    ),
  )

  it.each(BAD)(
    '%s gets its status, the reason appears only in the terminal, and the next request is served',
    async (name, _, status, reason) => {
      const before = dev.said().length
      const answer = await fetch(`${dev.url}/card/${encodeURIComponent(name.replace('’', ''))}.svg`)
      expect(answer.status).toBe(status)
      expect(await answer.text()).not.toContain(reason)
      await expect.poll(() => dev.said().slice(before), { timeout: 15_000 }).toContain(reason)
      expect((await fetch(`${dev.url}/card/after ${encodeURIComponent(name)}.svg`)).status).toBe(200)
    },
  )

  it('rejects a path responds with 400 and its own code', async () => {
    const answer = await fetch(`${dev.url}/card/bad.svg`)
    expect([answer.status, await answer.text()]).toEqual([400, 'BAD_NAME: bad is not a name. Try good.\n'])
  })

  it('gets a broken escape responds with 400', async () => {
    expect((await raw(dev, '/card/%zz.svg')).body).toMatch(/^BAD_ENCODING/)
  })

  it('throws is reported with the place in its source', async () => {
    const dev = await startDevCli(own("context.log.info('before')\nthrow new Error('here')"))
    await fetch(`${dev.url}/card/x.svg`)
    await dev.untilSaid(/Error: here\n\s+at .*gen\.ts:12:\d+/)
    expect(dev.said()).not.toMatch(/handler.origin-request/)
  })

  it('crashes is reported without the bundle’s code', async () => {
    const dev = await startDevCli(
      own("setTimeout(() => { throw new Error('late') }, 1); await new Promise(() => undefined)"),
    )
    await fetch(`${dev.url}/card/x.svg`)
    await dev.untilSaid(/Error: late\n.*gen\.ts:11/)
    expect(dev.said().length).toBeLessThan(3_000)
  })

  it('rejects a path with megabytes of text gets the text cut', async () => {
    const cwd = own(GOOD_BODY)
    writeFileSync(
      path.join(cwd, 'gen.ts'),
      generatorSource(GOOD_BODY).replace(
        "'BAD_NAME', 'bad is not a name. Try good.'",
        "'BAD_NAME', 'x'.repeat(3e6)",
      ),
    )
    const dev = await startDevCli(cwd)
    const answer = await fetch(`${dev.url}/card/bad.svg`)
    expect([answer.status, (await answer.text()).length]).toEqual([400, 2001])
  })

  it.each([["'/card/Ann.svg'", "The generator's examples are not a list of paths"]])(
    'has examples that aren’t a list (%s) is not served',
    async (examples, message) => {
      const source = generatorSource(GOOD_BODY).replace(
        "version: '1',",
        `version: '1', examples: ${examples} as never,`,
      )
      const ran = await genato(['dev', '--port', '0'], project({ ...CONFIG(), 'gen.ts': source }))
      expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining(message) })
    },
  )

  it.each([
    ["examples: ['/nothing/of/it'],", '', 'example /nothing/of/it: parse takes it for a file'],
    ["examples: ['/card/bad.svg'],", '', 'example /card/bad.svg: BAD_NAME'],
    ["examples: ['/card/Ann.svg'],", '+ Math.random()', 'parse does not read that as the same image'],
  ])('has %s or a stray format is reported', async (examples, stray, message) => {
    const source = generatorSource(GOOD_BODY)
      .replace("version: '1',", `version: '1', ${examples}`)
      .replace("encodeURIComponent(name) + '.svg'", `encodeURIComponent(name${stray}) + '.svg'`)
    const dev = await startDevCli(project({ ...CONFIG(), 'gen.ts': source }))
    await dev.untilSaid(message)
  })

  it.skipIf(WINDOWS)('is killed during a request fails only that request', async () => {
    const dev = await startDevCli(
      own(`if (name === 'slow') await new Promise((r) => setTimeout(r, 5000)); ${GOOD_BODY}`),
    )
    const slow = fetch(`${dev.url}/card/slow.svg`)
    await new Promise((resolve) => {
      setTimeout(resolve, 300)
    })
    for (const pid of childrenOf(dev.child.pid)) process.kill(pid, 'SIGKILL')
    expect((await slow).status).toBe(503)
    expect((await fetch(`${dev.url}/card/good.svg`)).status).toBe(200)
    await dev.untilSaid(/200 Miss +\d+ ms {2}card\/good\.svg {2}cold start \d+ ms/)
    expect(dev.said()).toContain('CloudFront developer guide')
  })
})

describe('the address', () => {
  it('that is in use is reported, with a remedy', async () => {
    const port = await occupy(0)
    const ran = await genato(['dev', '--port', String(port)], project())
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`Port ${port} is in use\\.\n.*--port`)),
    })
  })

  it('is the next free one if none was given, which is reported', async () => {
    // The usual port is in use now, by this test or by another program.
    await occupy(6480).catch(() => undefined)
    const cwd = project()
    const usual = await startDefault(cwd)
    expect(usual.said).toMatch(/Port 6480 is in use. Using port 64[89]\d/)
  })

  it.each([
    [['--port', 'http'], /"http" is not a port/],
    [['--port', '70000'], /"70000" is not a port/],
    [['--host', '203.0.113.1', '--port', '0'], /genato can't listen on 203\.0\.113\.1/],
    [['--data', 'file/below'], /file\/below can't be written/],
  ])('%j is refused with an explanation', async (args, message) => {
    const ran = await genato(['dev', ...args], project({ file: '' }))
    expect(ran.stderr).toMatch(message)
    expect(ran.code).toBeGreaterThan(0)
    expect(ran.stderr).not.toMatch(/\n\s+at /)
  })

  it('is not used if genato’s own folder is not writable', async () => {
    const ran = await genato(['dev'], project({ '.genato': 'a file' }))
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\.genato can't be written: .*\ngenato keeps its builds there/),
    })
  })

  it('can be another address of this machine', async () => {
    const dev = await startDevCli(project(), ['--host', '0.0.0.0'])
    expect(dev.said()).toMatch(/http:\/\/0\.0\.0\.0:\d+/)
    expect((await fetch(`http://127.0.0.1:${new URL(dev.url).port}/10`)).status).toBe(200)
  })
})

describe('with --json', () => {
  it('every line is an object: the address, then each request', async () => {
    const child = spawn(
      process.execPath,
      [path.join(ROOT, 'bin/genato.js'), 'dev', '--json', '--port', '0'],
      { cwd: project(), stdio: ['ignore', 'pipe', 'inherit'] },
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    const objects: Record<string, unknown>[] = []
    child.stdout.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().trim().split('\n'))
        objects.push(JSON.parse(line) as Record<string, unknown>)
    })
    const until = async (type: string) => {
      for (const end = Date.now() + 10_000; Date.now() < end;) {
        const found = objects.find((object) => object['type'] === type)
        if (found) return found
        await new Promise((resolve) => {
          setTimeout(resolve, 20)
        })
      }
      throw new Error(`No ${type} in ${JSON.stringify(objects)}`)
    }
    const { url } = await until('result')
    await fetch(`${String(url)}/10,white`)
    expect(await until('request')).toMatchObject({
      path: '/10,white',
      status: 200,
      cache: 'Miss',
      method: 'GET',
    })
  })
})

async function occupy(port: number): Promise<number> {
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** Starts `genato dev` without --port, and waits until it serves. */
async function startDefault(cwd: string): Promise<{ said: string }> {
  const child = spawn(process.execPath, [path.join(ROOT, 'bin/genato.js'), 'dev'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  for (const end = Date.now() + 10_000; Date.now() < end && !said.includes('Ctrl-C stops');)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  return { said }
}

function childrenOf(pid: number | undefined): number[] {
  const text = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([child, parent]) => parent === pid && child !== undefined && alive(child))
    .map(([child]) => child ?? 0)
}

/** The function's process, and esbuild's, which ends when it notices that its parent is gone. */
async function untilGone(pids: number[]): Promise<void> {
  for (const end = Date.now() + 1_000; pids.some(alive) && Date.now() < end;)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  expect(pids.filter(alive)).toEqual([])
}

/** Excludes zombies. */
function alive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}
