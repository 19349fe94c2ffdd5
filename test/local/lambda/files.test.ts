import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOutsideTmp } from '../../support/project.js'
import { runnerOf } from './packages.js'

const WINDOWS = process.platform === 'win32'

/** The helpers of each handler, and its report of the outcome. */
const TOOLS = `const fs = require('fs'), path = require('path'), os = require('os')
const told = (error) => error ? error.code + (error.syscall ? ' ' + error.syscall : '') : 'done'
const sync = (run) => { try { run(); return 'done' } catch (error) { return told(error) } }
const promised = (made) => made.then(() => 'done', told)
const called = (run) => new Promise((resolve) => {
  let here = true
  run((error) => resolve(here ? 'called before it returned' : told(error)))
  here = false
})
const own = path.join(os.tmpdir(), 'own')
const { root = '', nowhere = '' } = event
const file = path.join(root, 'file')
`

async function outcome(body: string): Promise<unknown> {
  const runner = runnerOf(`${TOOLS}${body}`)
  const root = folderOutsideTmp()
  writeFileSync(path.join(root, 'file'), 'as it was')
  const { value } = await runner.invoke({ root, nowhere: path.join(root, 'nowhere') })
  expect(readdirSync(root)).toEqual(['file'])
  expect(readFileSync(path.join(root, 'file'), 'utf8')).toBe('as it was')
  return value
}

describe('outside the temporary folder', () => {
  /** Linux's errors on a file system mounted read-only, like Lambda's. */
  const LINUX: Record<string, [call: string, said: string]> = {
    'a folder that is there': ['mkdir(root, { recursive: true })', 'done'],
    'a folder that is there, by its bytes': ['mkdir(Buffer.from(root), { recursive: true })', 'done'],
    'the temporary folder itself': ["mkdir('/tmp', { recursive: true })", 'done'],
    'a folder that is there, not recursively': ['mkdir(root)', 'EEXIST mkdir'],
    'a folder where a file is': ['mkdir(file, { recursive: true })', 'EEXIST mkdir'],
    'a folder': ['mkdir(nowhere)', 'EROFS mkdir'],
    'a folder in none': ["mkdir(nowhere + '/deeper')", 'ENOENT mkdir'],
    'removing what may be missing': ['rm(nowhere, { force: true })', 'done'],
    'removing what may be missing, recursively': ['rm(nowhere, { force: true, recursive: true })', 'done'],
    'removing a file': ['unlink(file)', 'EROFS unlink'],
    'removing a folder': ['rmdir(root)', 'EROFS rmdir'],
    'rights of what is missing': ['chmod(nowhere, 0o600)', 'ENOENT chmod'],
    rights: ['chmod(file, 0o600)', 'EROFS chmod'],
    'times of what is missing': ['utimes(nowhere, 1, 1)', 'ENOENT utime'],
    'a file': ["writeFile(nowhere, 'x')", 'EROFS open'],
    'a file in no folder': ["writeFile(nowhere + '/deeper', 'x')", 'ENOENT open'],
    'a file where a folder is': ["writeFile(root, 'x')", 'EISDIR open'],
    'a file that must be new': ["writeFile(file, 'x', { flag: 'wx' })", 'EEXIST open'],
    'a file to be changed': ["open(nowhere, 'r+')", 'ENOENT open'],
    'a copy of what is missing': ["copyFile(nowhere, root + '/x')", 'ENOENT copyfile'],
    'a copy': ['copyFile(file, nowhere)', 'EROFS copyfile'],
    'a link': ['symlink(file, nowhere)', 'EROFS symlink'],
    'a folder with a random name': ["mkdtemp(nowhere + '-')", 'EROFS mkdtemp'],
    'another size': ['truncate(file, 0)', 'EROFS open'],
  }

  it.skipIf(WINDOWS)('a write has the same outcome as on Lambda, whichever function makes it', async () => {
    const calls = Object.values(LINUX).map(([call]) => {
      const [, name, args] = /^(\w+)\((.*)\)$/.exec(call) ?? []
      return `[sync(() => fs.${name}Sync(${args})), await called((done) => fs.${name}(${args}, done)),
        await promised(fs.promises.${name}(${args}))]`
    })
    const said = (await outcome(`return [${calls.join(',\n')}]`)) as string[][]
    const names = Object.keys(LINUX)
    expect(Object.fromEntries(said.map((three, at) => [names[at], three]))).toEqual(
      Object.fromEntries(Object.entries(LINUX).map(([name, [, words]]) => [name, [words, words, words]])),
    )
  })

  it.skipIf(WINDOWS)('devices are writable, and stay open', async () => {
    const runner = runnerOf(`${TOOLS}
      const stream = (to) => new Promise((resolve, reject) =>
        fs.createWriteStream(to).on('error', reject).on('close', resolve).end('by a stream to ' + to + '\\n'))
      for (const to of ['/dev/null', '/dev/stdout', '/dev/stderr']) {
        fs.writeFileSync(to, 'at once to ' + to + '\\n')
        fs.appendFileSync(to, 'added to ' + to + '\\n')
        await fs.promises.writeFile(to, 'promised to ' + to + '\\n')
        await stream(to)
        const fd = fs.openSync(to, 'a')
        fs.writeSync(fd, 'opened ' + to + '\\n')
        fs.closeSync(fd)
      }
      await (await fs.promises.open('/dev/null', 'w')).close()
      console.log('out still')
      console.error('err still')`)
    await runner.invoke({})
    const lines = ['/dev/stdout', '/dev/stderr'].flatMap((to) =>
      ['at once to', 'added to', 'promised to', 'by a stream to', 'opened'].map((how) => `${how} ${to}`),
    )
    await expect.poll(() => runner.lines.toSorted()).toEqual([...lines, 'out still', 'err still'].toSorted())
  })

  it('threads get the same errors', async () => {
    const said = await outcome(`const { Worker } = require('worker_threads')
      const worker = new Worker(\`const { parentPort, workerData } = require('worker_threads')
        try { require('fs').writeFileSync(workerData, 'x') } catch (error) { parentPort.postMessage(error.message) }\`,
        { eval: true, workerData: nowhere })
      return new Promise((resolve) => worker.on('message', resolve))`)
    expect(said).toMatch(/^EROFS: read-only file system, open '.*read-only but for \/tmp/)
  })
})

describe('in the temporary folder', () => {
  it.runIf(process.platform === 'linux')('files can be changed through descriptors and handles', async () => {
    const said = await outcome(`fs.writeFileSync(own, 'text')
      const fd = fs.openSync(own, 'r+')
      const handle = await fs.promises.open(own, 'r+')
      const mode = () => (fs.statSync(own).mode & 0o777).toString(8)
      const time = () => fs.statSync(own).mtimeMs
      const { uid, gid } = fs.statSync(own)
      const said = []
      fs.fchmodSync(fd, 0o600); said.push(mode())
      said.push(await called((done) => fs.fchmod(fd, 0o640, done)), mode())
      await handle.chmod(0o400); said.push(mode())
      fs.futimesSync(fd, 1, 1); said.push(time())
      said.push(await called((done) => fs.futimes(fd, 2, 2, done)), time())
      await handle.utimes(3, 3); said.push(time())
      fs.fchownSync(fd, uid, gid)
      await handle.chown(uid, gid)
      fs.fsyncSync(fd); fs.fdatasyncSync(fd); await handle.sync(); await handle.datasync()
      said.push(await called((done) => fs.fsync(fd, done)), await called((done) => fs.fchmod(99, 0, done)))
      const outside = await fs.promises.open(file, 'r')
      said.push(await promised(outside.chmod(0o600)), sync(() => fs.futimesSync(outside.fd, 1, 1)))
      return said`)
    expect(said).toEqual([
      '600',
      'done',
      '640',
      '400',
      1_000,
      'done',
      2_000,
      3_000,
      'done',
      'EBADF fstat',
      'EROFS chmod',
      'EROFS utime',
    ])
  })

  it('a refusal by Node’s permission model is explained as a limit of the local edge', async () => {
    const said = await outcome(
      `try { fs.symlinkSync(file, own) } catch ({ code, message }) { return { code, message } }`,
    )
    expect(said).toEqual({
      code: 'ERR_ACCESS_DENIED',
      message: expect.stringMatching(
        /^fs\.symlink is refused by .* a limit of the local edge, not of Lambda$/,
      ),
    })
  })
})

it('the package’s own folder is read-only, wherever it is', async () => {
  // Below /tmp.
  const runner = runnerOf(`${TOOLS}
    fs.writeFileSync(own, 'x')
    const said = [
      sync(() => fs.writeFileSync('out.txt', 'x')),
      sync(() => fs.writeFileSync(require('url').pathToFileURL(path.resolve('out.txt')), 'x')),
      sync(() => fs.mkdirSync(path.join(__dirname, 'out.txt'))),
      sync(() => fs.copyFileSync(own, 'out.txt')),
      sync(() => fs.renameSync('index.js', own)),
      sync(() => fs.unlinkSync('index.js')),
      sync(() => fs.openSync('index.js', fs.constants.O_WRONLY)),
      await called((done) => fs.appendFile('index.js', 'x', done)),
      await promised(fs.promises.writeFile('out.txt', 'x')),
      await promised(fs.promises.open('out.txt', 'w')),
      await promised(new Promise((done, failed) => fs.createWriteStream('out.txt').on('error', failed).on('open', done))),
    ]
    fs.closeSync(fs.openSync('index.js', 'r'))
    return { said, made: sync(() => fs.mkdirSync('.', { recursive: true })), read: fs.readdirSync('.') }`)
  expect((await runner.invoke({})).value).toEqual({
    said: [
      'open',
      'open',
      'mkdir',
      'copyfile',
      'rename',
      'unlink',
      'open',
      'open',
      'open',
      'open',
      'open',
    ].map((call) => `EROFS ${call}`),
    made: 'done',
    read: ['index.js'],
  })
})
