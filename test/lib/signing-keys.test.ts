import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { signingKeys } from '../../src/lib/signing-keys.js'
import { tempFolder } from '../support/project.js'

const KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'

function withFile(text: string): string {
  const root = tempFolder()
  mkdirSync(path.join(root, '.genato'))
  writeFileSync(path.join(root, '.genato', 'signing.json'), text)
  return root
}

describe('the signing keys of this machine', () => {
  it('are made once, 32 random bytes, for their owner only', async () => {
    const root = tempFolder()
    const made = await signingKeys(root)
    expect(Buffer.from(made.current, 'base64url')).toHaveLength(32)
    expect(made.previous).toBeUndefined()
    expect(await signingKeys(root)).toEqual(made)
    const folder = path.join(root, '.genato')
    if (process.platform !== 'win32')
      expect(statSync(path.join(folder, 'signing.json')).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).sort()).toEqual(['.gitignore', 'signing.json'])
    expect(readFileSync(path.join(folder, '.gitignore'), 'utf8')).toBe('*\n')
    expect(await signingKeys(tempFolder())).not.toEqual(made)
  })

  it('are the same for all who ask first at once', async () => {
    const root = tempFolder()
    const keys = await Promise.all(Array.from({ length: 20 }, async () => signingKeys(root)))
    expect(new Set(keys.map(({ current }) => current)).size).toBe(1)
    expect(readdirSync(path.join(root, '.genato')).sort()).toEqual(['.gitignore', 'signing.json'])
  })

  it('may be two, while they are replaced', async () => {
    const keys = { current: KEY, previous: `${KEY}0123` }
    expect(await signingKeys(withFile(JSON.stringify(keys)))).toEqual(keys)
  })

  it.each([
    ['', 'not JSON'],
    ['null', 'current is no key'],
    ['{}', 'current is no key'],
    ['{ "current": "short" }', 'current is no key'],
    [`{ "current": "${KEY}=" }`, 'current is no key'],
    [`{ "current": "${'a'.repeat(43)}" }`, 'current is no key (The key is not random'],
    [`{ "current": "${KEY}AA" }`, 'current is no key'],
    [`{ "current": "${KEY}", "previous": 5 }`, 'previous is no key'],
  ])('%s is refused, and stays as it is', async (text, reason) => {
    const root = withFile(text)
    await expect(signingKeys(root)).rejects.toMatchObject({
      code: 'BAD_SIGNING_KEYS',
      message: expect.stringContaining(reason) as unknown,
    })
    expect(readFileSync(path.join(root, '.genato', 'signing.json'), 'utf8')).toBe(text)
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'need a folder that can be written',
    async () => {
      const root = tempFolder()
      chmodSync(root, 0o500)
      await expect(signingKeys(root)).rejects.toMatchObject({ code: 'FOLDER_UNWRITABLE' })
    },
  )
})
