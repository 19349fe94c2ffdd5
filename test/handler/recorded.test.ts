import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { objectKey } from '../../handler/edge/object-key.js'
import { builtin } from '../support/edge.js'

/** The result of version 0.1.0 of November 2026 for a URL. */
interface Recorded {
  url: string
  canonicalPath: string
  key: string
  contentType: string
  /** For png, gif and svg. */
  sha256?: string
  /** For jpg, webp and avif, in base64. */
  body?: string
}

const RECORDED = readFileSync(path.join(import.meta.dirname, 'recorded', 'images.ndjson'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded)

const generator = builtin()

/** The largest difference of any channel of any pixel. */
async function difference(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all(
    [one, other].map(async (body) => sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true })),
  )
  expect(b?.info).toMatchObject({ width: a?.info.width, height: a?.info.height })
  return a!.data.reduce((most, value, at) => Math.max(most, Math.abs(value - b!.data[at]!)), 0)
}

describe('the URLs of an earlier version', () => {
  test('are 200 at least', () => expect(RECORDED.length).toBeGreaterThanOrEqual(200))

  test.each(RECORDED.map((one) => [one.url, one] as const))(
    '%s gives the same key and the same image',
    async (url, { canonicalPath, key, contentType, sha256, body: before }) => {
      const params = generator.parse(url)
      if (params === undefined) throw new Error(`${url} is no image.`)
      expect(generator.format(params)).toBe(canonicalPath)
      expect(objectKey(generator, 'generation', params)).toBe(key)
      const made = await generator.generate(params)
      expect(made.contentType).toBe(contentType)
      const bytes = Buffer.from(made.body as Uint8Array)
      if (before === undefined) expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
      else expect(await difference(bytes, Buffer.from(before, 'base64'))).toBeLessThanOrEqual(1)
    },
  )
})
