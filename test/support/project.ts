import { mkdtempSync, rmSync, writeFileSync, mkdirSync, realpathSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

export const ROOT = path.resolve(import.meta.dirname, '../..')

/** An empty folder that is removed when the test ends. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'genato-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

/** An empty folder that is removed after the last test of the describe block. Call it there, not in a hook. */
export function sharedFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'genato-test-')))
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

/** A folder outside /tmp. As on Lambda, the function may write to /tmp only. */
export function folderOutsideTmp(): string {
  const parent = process.platform === 'win32' ? os.tmpdir() : '/var/tmp'
  const folder = realpathSync(mkdtempSync(path.join(parent, 'genato-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

/** A project with these files. */
export function project(files: Record<string, string | Buffer> = {}, folder = tempFolder()): string {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  return folder
}

/** A generator module for /card/<name>.svg whose `generate` has this body. */
export function generatorSource(generateBody: string, version = '1'): string {
  return `import { BadRequest, defineGenerator, escapeXml } from 'genato'
export default defineGenerator({
  version: '${version}',
  parse(path) {
    const name = /^\\/card\\/([^/]+)\\.svg$/.exec(path)?.[1]
    if (name === 'bad') throw new BadRequest('BAD_NAME', 'bad is not a name. Try good.')
    return name === undefined ? undefined : { name: decodeURIComponent(name) }
  },
  format: ({ name }) => '/card/' + encodeURIComponent(name) + '.svg',
  async generate({ name }, context) {
    ${generateBody}
  },
})
`
}

/** The body of a `generate` that works. */
export const GOOD_BODY =
  "return { body: '<svg xmlns=\"http://www.w3.org/2000/svg\"><title>' + escapeXml(name) + '</title></svg>', contentType: 'image/svg+xml' }"
