import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { genato } from '../support/cli.js'
import { CREDENTIALS, event, localStore } from '../support/edge.js'
import { project, ROOT, tempFolder } from '../support/project.js'

const run = promisify(execFile)

/** Works like Lambda's runtime: loads index.js, and calls its handler with each event from standard input. */
const RUNTIME = `
const { handler } = require(process.argv[1] + '/index.js')
const end = Date.now() + 30000
const context = { getRemainingTimeInMillis: () => end - Date.now() }
require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  const result = await handler(JSON.parse(line), context)
  process.stdout.write('RESULT ' + JSON.stringify(result) + '\\n')
})`

/** The path of this version of Node, from npm's registry. */
async function nodePath(version: number): Promise<string> {
  const { stdout } = await run('npx', ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath'], {
    shell: process.platform === 'win32',
    cwd: tempFolder(),
  })
  return stdout.trim()
}

/** Unpacks the zip far from its sources. */
async function unpacked(): Promise<string> {
  const cwd = project()
  expect((await genato(['package', '--out', 'p.zip'], cwd)).code).toBe(0)
  const folder = tempFolder()
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(path.join(cwd, 'p.zip'))))) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), bytes)
  }
  return folder
}

describe.each([20, 22, 24])('under Node %i', (version) => {
  it('the unpacked zip answers events', async () => {
    const [node, folder, { endpoint, folder: objects }] = await Promise.all([
      nodePath(version),
      unpacked(),
      localStore(),
    ])
    expect((await run(node, ['--version'])).stdout).toMatch(new RegExp(`^v${version}\\.`))
    const child = spawn(node, ['-e', RUNTIME, folder], {
      cwd: folder,
      env: {
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        AWS_ENDPOINT_URL_S3: endpoint,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    for (const url of [
      '/640x480,white,png',
      '/300x200,navy,avif,text=%CE%93%CE%B5%CE%B9%CE%AC',
      '/64,svg',
      '/640x480,whit',
      '/missing.txt',
    ])
      child.stdin.write(`${JSON.stringify(event(url))}\n`)
    child.stdin.end()
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    const results = output
      .split('\n')
      .filter((line) => line.startsWith('RESULT '))
      .map((line) => JSON.parse(line.slice(7)) as { status?: string })
    expect(results.map(({ status }) => status).sort()).toEqual(['200', '200', '200', '400', '404'])
    const stored = await objects.list('generated/')
    expect(stored).toHaveLength(3)
    const png = await objects.get(stored.find(({ key }) => key.endsWith('640x480/white/png'))!.key)
    expect(await sharp(png?.body).metadata()).toMatchObject({ width: 640, height: 480, format: 'png' })
  })

  it('the tool itself works', async () => {
    const node = await nodePath(version)
    const cwd = project()
    const { stderr } = await run(
      node,
      [path.join(ROOT, 'bin/genato.js'), 'render', '/10,white', '--out', 'a.png'],
      { cwd },
    )
    expect(stderr).toBe('')
    expect(readFileSync(path.join(cwd, 'a.png')).subarray(1, 4).toString()).toBe('PNG')
  })
})
