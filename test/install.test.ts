import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { project, ROOT, tempFolder } from './support/project.js'

const run = promisify(execFile)
const WINDOWS = process.platform === 'win32'

/** npm is a command script on Windows, which only a shell starts. */
async function npm(args: string[], cwd: string): Promise<string> {
  const { stdout } = await run('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd,
    shell: WINDOWS,
  })
  return stdout
}

it('the packed package works in an empty folder: the tool, its generator, and its types', async () => {
  const packed = tempFolder()
  await npm(['pack', '--pack-destination', packed], ROOT)
  const [tarball = ''] = readdirSync(packed)
  const cwd = project({ 'package.json': '{ "private": true, "type": "module" }' })
  await npm(['install', path.join(packed, tarball)], cwd)

  const genato = async (...args: string[]) =>
    run(process.execPath, [path.join(cwd, 'node_modules/genato/bin/genato.js'), ...args], { cwd })
  expect((await genato('--help')).stdout).toContain('Usage: genato')
  expect(readdirSync(path.join(cwd, 'node_modules', '.bin'))).toContain('genato')
  await genato('render', '/640x480,white,png', '--out', 'a.png')
  expect(readFileSync(path.join(cwd, 'a.png')).subarray(1, 4).toString()).toBe('PNG')
  await genato('init', '--generator')
  await genato('render', '/hello/you.svg', '--out', 'a.svg')
  expect(readFileSync(path.join(cwd, 'a.svg'), 'utf8')).toContain('Hello, you!')

  const { scripts } = JSON.parse(
    readFileSync(path.join(cwd, 'node_modules/genato/package.json'), 'utf8'),
  ) as { scripts?: object }
  expect(scripts).toBeUndefined()
  expect(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).toContain('"prepare"')

  writeFileSync(
    path.join(cwd, 'sign.ts'),
    "import { signPath } from 'genato/sign'\nexport const signed: Promise<string> = signPath('/a', { key: '', expires: new Date() })\n",
  )
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  // A fresh project has no types of Node, and TypeScript looks into genato's own.
  const check = async (module = 'nodenext', resolution = module) =>
    run(
      process.execPath,
      [
        tsc,
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        'false',
        '--module',
        module,
        '--moduleResolution',
        resolution,
        '--target',
        'es2023',
        'genato.config.ts',
        'generator.ts',
        'sign.ts',
      ],
      { cwd },
    )
  expect(existsSync(path.join(cwd, 'node_modules', '@types', 'node'))).toBe(false)
  await check('node16')
  await check('esnext', 'bundler')
  await check()
  // As pnpm lays it out: the project sees what it installed itself, and genato what it depends on.
  const strict = tempFolder()
  mkdirSync(path.join(strict, 'node_modules', '@types'), { recursive: true })
  symlinkSync(
    path.join(cwd, 'node_modules', 'genato'),
    path.join(strict, 'node_modules', 'genato'),
    'junction',
  )
  symlinkSync(
    path.join(ROOT, 'node_modules', '@types', 'node'),
    path.join(strict, 'node_modules', '@types', 'node'),
    'junction',
  )
  const checkSharp = async (from: string) => {
    const source = `import sharp, { type Sharp } from '${from}'\nexport const made: Sharp = sharp(Buffer.alloc(0))\n`
    writeFileSync(path.join(strict, 'draw.ts'), source)
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--types', 'node', '--module', 'nodenext']
    return run(process.execPath, [tsc, ...options, '--target', 'es2023', 'draw.ts'], { cwd: strict })
  }
  await checkSharp('genato/sharp')
  await expect(checkSharp('sharp')).rejects.toMatchObject({ stdout: expect.stringContaining('TS2307') })

  writeFileSync(
    path.join(cwd, 'genato.config.ts'),
    "import { defineConfig } from 'genato'\nexport default defineConfig({ generate: { memry: 5 } })\n",
  )
  await expect(check()).rejects.toMatchObject({ stdout: expect.stringContaining('memry') })
}, 180_000)

it('npm ci --omit=dev leaves a tool that works', async () => {
  const cwd = tempFolder()
  const left = ['node_modules', 'dist', '.genato', '.git', 'test'].map((name) => path.join(ROOT, name))
  cpSync(ROOT, cwd, {
    recursive: true,
    filter: (source) => !left.includes(source) && path.basename(source) !== '.genato',
  })
  await npm(['ci', '--omit=dev'], cwd)
  const { stdout: help } = await run(process.execPath, [path.join(cwd, 'bin/genato.js'), '--help'], { cwd })
  expect(help).toContain('Usage: genato')
  await run(process.execPath, [path.join(cwd, 'bin/genato.js'), 'render', '/10', '--out', 'a.png'], { cwd })
  expect(readFileSync(path.join(cwd, 'a.png')).subarray(1, 4).toString()).toBe('PNG')
}, 180_000)
