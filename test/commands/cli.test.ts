import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, vi } from 'vitest'
import { genato, startDevCli } from '../support/cli.js'
import { generatorSource, GOOD_BODY, project, ROOT, tempFolder } from '../support/project.js'
import { scriptedS3 } from '../support/service.js'

const VERSION = (JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string })
  .version

describe('the command line', () => {
  it('prints its help and its version', async () => {
    for (const args of [['--help'], ['help'], [], ['dev', '--help']]) {
      const { code, stdout, stderr } = await genato(args, project())
      expect(code).toBe(0)
      expect(stdout + stderr).toContain('Usage: genato')
    }
    expect(await genato(['--version'], project())).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' })
  })

  it.each([
    [['depp'], /Unknown command 'depp'/],
    [['render'], /Missing required argument 'url-path'/],
    [['dev', '--prot', '1'], /Unknown option '--prot'\nDid you mean --port\?/],
    [['explain', '/1', '/2'], /Too many arguments/],
    [['explain', '/1', '--config', 'nope.ts'], /There is no configuration file nope\.ts/],
  ])('%j is wrong usage: it exits with 2 and says why', async (args, message) => {
    const ran = await genato(args, project())
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) })
    const json = await genato([...args, '--json'], project())
    expect(json).toMatchObject({ code: 2, stderr: '' })
    expect(JSON.parse(json.stdout)).toMatchObject({
      type: 'error',
      message: expect.stringMatching(new RegExp(message.source.split('\\n')[0]!)),
    })
  })

  it('shows stack traces only with --debug', async () => {
    const cwd = project({ 'genato.config.ts': 'throw new Error("inside")' })
    expect((await genato(['explain', '/1'], cwd)).stderr).not.toMatch(/\n\s+at /)
    expect((await genato(['explain', '/1', '--debug'], cwd)).stderr).toMatch(/\n\s+at /)
  })

  it.skipIf(process.platform === 'win32')(
    'exits at once with 130 when interrupted, and continues when run again',
    async () => {
      // A registry that never responds.
      const { endpoint, requests, connections } = await scriptedS3(() => undefined)
      const cwd = project()
      const child = spawn(process.execPath, [path.join(ROOT, 'bin/genato.js'), 'package'], {
        cwd,
        env: {
          ...process.env,
          GENATO_CACHE: path.join(cwd, 'cache'),
          npm_config_registry: endpoint,
          npm_config_cache: path.join(cwd, 'npm'),
        },
      })
      for (const end = Date.now() + 10_000; requests.length === 0 && Date.now() < end;)
        await new Promise((resolve) => {
          setTimeout(resolve, 50)
        })
      const started = Date.now()
      child.kill('SIGINT')
      expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(130)
      expect(Date.now() - started).toBeLessThan(1_000)
      // npm has ended as well: its connections to the registry are closed.
      await vi.waitFor(async () => expect(await connections()).toBe(0), 5_000)
      expect((await genato(['package'], cwd)).code).toBe(0)
    },
  )

  it('ends quietly when its reader stops', async () => {
    const dev = await startDevCli(project())
    const child = spawn(process.execPath, [path.join(ROOT, 'bin/genato.js'), 'dev', '--port', '0'], {
      cwd: project(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let complaints = ''
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
    const url = await new Promise<string>((resolve) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(/http:\S+/.exec(chunk.toString())?.[0] ?? ''))
    })
    child.stdout.destroy()
    await fetch(`${url}/10`)
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(complaints).not.toContain('EPIPE')
    expect((await fetch(`${dev.url}/10`)).status).toBe(200)
  })

  it.each(['dev', 'render'])(
    'explains an old Node and a missing build without a stack trace (%s)',
    async (command) => {
      const launcher = readFileSync(path.join(ROOT, 'bin/genato.js'), 'utf8')
      const cwd = project({ 'bin/genato.mjs': launcher })
      const run = async (prelude: string) => {
        const child = spawn(process.execPath, [
          '--import',
          `data:text/javascript,${encodeURIComponent(prelude)}`,
          path.join(cwd, 'bin/genato.mjs'),
          command,
        ])
        let stderr = ''
        child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
        const code = await new Promise((resolve) => child.on('close', resolve))
        return { code, stderr }
      }
      expect(await run("Object.defineProperty(process.versions, 'node', { value: '18.20.0' })")).toEqual({
        code: 1,
        stderr: 'genato needs Node.js 20.19 or later, and this is 18.20.0.\n',
      })
      expect(await run('')).toEqual({
        code: 1,
        stderr: 'genato is not built yet: run npm ci in its folder.\n',
      })
    },
  )
})

describe('genato render', () => {
  it.each([
    ['/640x480,white,png', '640x480-white.png', 'png'],
    ['300x200,navy,jpeg', '300x200-navy.jpg', 'jpeg'],
    ['https://d123.cloudfront.net/64,webp?x=1', '64.webp', 'webp'],
    ['/64,svg,text=a%2Fb', '64-svg-text-a-2Fb.svg', 'svg'],
  ])('%s writes %s', async (given, file, format) => {
    const cwd = project()
    const ran = await genato(['render', given], cwd)
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(file) })
    expect((await sharp(path.join(cwd, file)).metadata()).format).toBe(format)
  })

  it('writes to --out, and describes the file for programs', async () => {
    const cwd = project()
    const ran = await genato(['render', '/10', '--out', 'deep/er/x.png', '--json'], cwd)
    const bytes = readFileSync(path.join(cwd, 'deep/er/x.png')).length
    expect(JSON.parse(ran.stdout)).toMatchObject({
      type: 'result',
      file: path.join('deep', 'er', 'x.png'),
      contentType: 'image/png',
      bytes,
    })
  })

  it.each([
    ['/640x480,whit', 2, /did you mean white/],
    ['/logo.png', 2, /the path of a file/],
    ['/', 2, /not of a generated image/],
    ['/640x480/white.png', 2, /Did you mean \/640x480,white,png\?/],
  ])('%s is refused with a reason, and leaves no file', async (given, code, message) => {
    const cwd = project()
    expect(await genato(['render', given, '--out', 'x'], cwd)).toMatchObject({
      code,
      stderr: expect.stringMatching(message),
    })
    expect(existsSync(path.join(cwd, 'x'))).toBe(false)
  })

  it('takes the format from the file name if the URL has none, and refuses a different one', async () => {
    const cwd = project()
    expect((await genato(['render', '/64,navy,q=3', '--out', 'x.jpg'], cwd)).code).toBe(0)
    expect((await sharp(path.join(cwd, 'x.jpg')).metadata()).format).toBe('jpeg')
    expect(await genato(['render', '/64,navy,png', '--out', 'y.webp'], cwd)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/y\.webp is named like image\/webp, but .*\nName it y\.png/),
    })
    expect(await genato(['render', '/64,ff000080', '--out', 'y.jpg'], cwd)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('jpg has no transparency'),
    })
    expect(readdirSync(cwd).sort()).toEqual(['.genato', 'x.jpg'])
  })

  it('refuses a file name of another type for a custom generator too', async () => {
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': generatorSource(GOOD_BODY),
    })
    expect(await genato(['render', '/card/x.svg', '--out', 'x.png'], cwd)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Name it x.svg'),
    })
    expect(existsSync(path.join(cwd, 'x.png'))).toBe(false)
  })

  it('says why a generator failed', async () => {
    const files = (body: string) => ({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts", "timeout": 3 } }',
      'gen.ts': generatorSource(body),
    })
    expect(await genato(['render', '/card/x.svg'], project(files("throw new Error('why')")))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/The image was not generated\. Error: why\n\s+at .*gen\.ts:11:\d+/),
    })
    expect(await genato(['render', '/card/x.svg'], project(files('for (;;);')))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did not answer within its timeout of 3 s'),
    })
    expect(await genato(['render', '/card/bad.svg'], project(files(GOOD_BODY)))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bad is not a name'),
    })
  })

  it('writes the image to standard output with --out -, and nothing else', async () => {
    const child = spawn(
      process.execPath,
      [path.join(ROOT, 'bin/genato.js'), 'render', '/64,webp', '--out', '-'],
      { cwd: project() },
    )
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(await sharp(Buffer.concat(chunks)).metadata()).toMatchObject({ format: 'webp', width: 64 })
    expect((await genato(['render', '/64', '--out', '-', '--json'], project())).code).toBe(2)
    const chatty = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': generatorSource(`context.log.info('a line of the log'); ${GOOD_BODY}`),
    })
    expect((await genato(['render', '/card/x.svg', '--out', '-'], chatty)).stdout).toMatch(/^<svg .*<\/svg>$/)
  })

  it('fails with one clear message if --out is a folder, and leaves nothing behind', async () => {
    const cwd = project({ 'out/a': '' })
    const ran = await genato(['render', '/10', '--out', 'out'], cwd)
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("can't be written") })
    expect(readdirSync(cwd).sort()).toEqual(['.genato', 'out'])
  })

  it('fails with one clear message if --out can’t be written', async () => {
    const ran = await genato(['render', '/10', '--out', 'file/x.png'], project({ file: '' }))
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/x\.png can't be written: .*\nName another file with --out/),
    })
  })
})

describe('genato explain', () => {
  it('explains the URL of an image', async () => {
    const ran = await genato(['explain', '/640x480@2x,%23FFF,jpeg,text=H%C3%A9'], project())
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    for (const line of [
      /^is +an image$/m,
      /^canonical +\/1280x960,white,jpg,text=H%C3%A9$/m,
      /^key +generated\/[0-9a-f]{12}\/1280x960\/white\/jpg\/text-[0-9a-f]{32}$/m,
      /^size +1280 × 960 pixels$/m,
      /^background +#ffffff$/m,
      /^content type +image\/jpeg$/m,
      /^text +Hé$/m,
      /^text color +#000000$/m,
      /^quality +80$/m,
      /^limits +side 4096, text 200, path 1024$/m,
      /^header +Cache-Control: public, max-age=86400, s-maxage=31536000$/m,
    ])
      expect(ran.stdout).toMatch(line)
  })

  it('says what is wrong, and what would be right', async () => {
    const ran = await genato(['explain', '/640x48O,white'], project())
    expect(ran.code).toBe(0)
    expect(ran.stdout).toContain('a file')
    expect(await genato(['explain', '/640x480,wite'], project())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/"wite" is not a colour: did you mean white/),
    })
  })

  it('explains files, and paths that mean nothing', async () => {
    expect((await genato(['explain', 'a/logo%20x.png'], project())).stdout).toMatch(
      /a file[\s\S]*key +a\/logo x\.png/,
    )
    expect((await genato(['explain', '/'], project())).stdout).toMatch(/nothing: 404/)
  })

  it('warns if the generator’s format gives the path of another image', async () => {
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': generatorSource(GOOD_BODY).replace("'.svg',", "'.svg?',"),
    })
    expect((await genato(['explain', '/card/x.svg'], cwd)).stdout).toMatch(
      /warning +The generator's format gives \/card\/x\.svg\?, and its parse does not read that as the same/,
    )
  })

  it('asks a custom generator too', async () => {
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': generatorSource(GOOD_BODY),
    })
    const ran = await genato(['explain', '/card/%41nn.svg', '--json'], cwd)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      kind: 'image',
      asked: '/card/%41nn.svg',
      path: '/card/Ann.svg',
      key: expect.stringMatching(/^generated\/[0-9a-f]{12}\/card-Ann-svg\/[0-9a-f]{32}$/),
      parameters: { name: 'Ann' },
    })
  })

  it('gives programs numbers and values instead of sentences', async () => {
    const ran = await genato(['explain', '/320x240@2x,fff8,webp,text=', '--json'], project())
    expect(JSON.parse(ran.stdout)).toEqual({
      type: 'result',
      kind: 'image',
      asked: '/320x240@2x,fff8,webp,text=',
      path: '/640x480,ffffff88,webp,text=',
      key: expect.stringMatching(/^generated\/[0-9a-f]{12}\/640x480\/ffffff88\/webp\/text-[0-9a-f]{32}$/),
      width: 640,
      height: 480,
      background: '#ffffff88',
      format: 'webp',
      contentType: 'image/webp',
      text: null,
      textColor: null,
      quality: 80,
      limits: { side: 4096, text: 200, path: 1024 },
      headers: { 'Cache-Control': 'public, max-age=86400, s-maxage=31536000' },
    })
  })

  it('never lets a generator’s field replace its own', async () => {
    const cwd = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': generatorSource(GOOD_BODY).replace(
        "version: '1',",
        "version: '1', describe: () => ({ type: 'error', key: 'mine', layers: { top: 1 } }),",
      ),
    })
    const ran = await genato(['explain', '/card/Ann.svg', '--json'], cwd)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      type: 'result',
      key: expect.stringContaining('generated/'),
      layers: { top: 1 },
    })
    expect((await genato(['explain', '/card/Ann.svg'], cwd)).stdout).toMatch(/^layers +top 1$/m)
  })

  it('names the image that a file’s path or a query string was probably meant to be', async () => {
    expect((await genato(['explain', '/640x480.png'], project())).stdout).toMatch(
      /^meant\? +the image \/640x480,png$/m,
    )
    const ran = await genato(['explain', 'https://d1.cloudfront.net/640x480,navy?text=Hi'], project())
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^canonical +\/640x480,navy,png$/m),
      stderr: expect.stringMatching(/\?text=Hi is ignored: .*would be \/640x480,navy,text=Hi$/m),
    })
    expect((await genato(['explain', '/640x480?v=2'], project())).stderr).toMatch(
      /\?v=2 is ignored: CloudFront does not pass on query strings\.$/m,
    )
  })
})

describe('genato explain with a fragment', () => {
  it('says how to write a #', async () => {
    const ran = await genato(['explain', '/640x480,#fff'], project())
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('A # is written %23') })
  })
})

describe('genato init', () => {
  it('adds a generator to a configuration that nobody has edited', async () => {
    const cwd = tempFolder()
    await genato(['init'], cwd)
    const ran = await genato(['init', '--generator'], cwd)
    expect([ran.code, ran.stdout]).toEqual([
      0,
      'wrote generator.ts and genato.config.ts\nnext  npx genato dev, then open /hello/you.svg\n',
    ])
    expect(readFileSync(path.join(cwd, 'genato.config.ts'), 'utf8')).toContain(
      "\n    generator: './generator.ts',",
    )
  })

  it.each([
    ['genato.config.ts', "export default { stack: 'mine' }", "generate: { generator: './generator.ts' },"],
    ['genato.config.json', '{}', '"generate": { "generator": "./generator.ts" }'],
  ])('writes a generator next to an edited %s, and says what to add', async (name, text, line) => {
    const cwd = tempFolder()
    writeFileSync(path.join(cwd, name), text)
    const ran = await genato(['init', '--generator'], cwd)
    expect([ran.code, ran.stdout]).toEqual([
      0,
      `wrote generator.ts\nadd   ${line} to ${name}\nnext  npx genato dev, then open /hello/you.svg\n`,
    ])
    expect(readFileSync(path.join(cwd, name), 'utf8')).toBe(text)
    expect((await genato(['init'], cwd)).stderr).toContain(`${name} already exists.`)
    rmSync(path.join(cwd, 'generator.ts'))
    expect(JSON.parse((await genato(['init', '--generator', '--json'], cwd)).stdout)).toMatchObject({
      files: ['generator.ts'],
      add: { file: name, line },
    })
  })

  it('recognizes the configuration that it wrote with Windows line ends, and one that names the generator', async () => {
    const cwd = tempFolder()
    const file = path.join(cwd, 'genato.config.ts')
    await genato(['init'], cwd)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'))
    expect((await genato(['init', '--generator'], cwd)).stdout).toContain(
      'wrote generator.ts and genato.config.ts\nnext',
    )
    rmSync(path.join(cwd, 'generator.ts'))
    expect((await genato(['init', '--generator'], cwd)).stdout).toContain('wrote generator.ts\nnext')
  })

  it.each([
    ['without a generator', "// generator: './generator.ts',"],
    ['with one', "generator: './generator.ts',"],
  ])('replaces the flat configuration that an earlier version wrote %s', async (_, line) => {
    const flat = readFileSync(path.join(ROOT, 'test/commands/flat-config.txt'), 'utf8')
    const cwd = project({ 'genato.config.ts': flat.replace("// generator: './generator.ts',", line) })
    expect((await genato(['init', '--generator'], cwd)).stdout).toContain(
      'wrote generator.ts and genato.config.ts\nnext',
    )
    expect(await genato(['explain', '/hello/x.svg'], cwd)).toMatchObject({ code: 0, stderr: '' })
  })

  it('writes a valid configuration', async () => {
    const cwd = project()
    expect(await genato(['init'], cwd)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('wrote genato.config.ts'),
    })
    expect((await genato(['explain', '/10'], cwd)).code).toBe(0)
  })

  it('writes a generator that works', async () => {
    const cwd = project()
    expect((await genato(['init', '--generator'], cwd)).code).toBe(0)
    expect(await genato(['render', '/hello/Ann%20%3Cb%3E.svg', '--out', 'x.svg'], cwd)).toMatchObject({
      code: 0,
    })
    expect(readFileSync(path.join(cwd, 'x.svg'), 'utf8')).toContain('Hello, Ann &lt;b&gt;!')
  })

  it('shows every setting with a valid value', async () => {
    const cwd = project({
      'logo.png': 'x',
      'fonts/MyFont.ttf': readFileSync(path.join(ROOT, 'handler/fonts/Inter-Regular.ttf')),
    })
    await genato(['init', '--generator'], cwd)
    const file = path.join(cwd, 'genato.config.ts')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/^( +)\/\/ (\w+: .*,)$/gm, '$1$2'))
    expect(readFileSync(file, 'utf8')).toMatch(/^ {4}memory: 1769,$/m)
    expect(await genato(['explain', '/hello/x.svg'], cwd)).toMatchObject({ code: 0, stderr: '' })
  })

  it('overwrites nothing', async () => {
    const cwd = project({ 'genato.config.ts': 'mine' })
    expect(await genato(['init'], cwd)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('genato.config.ts already exists'),
    })
    expect(readFileSync(path.join(cwd, 'genato.config.ts'), 'utf8')).toBe('mine')
  })
})
