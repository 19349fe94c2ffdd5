import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFont } from '../../../../handler/shared/grammar/font.js'
import { characterOf, FONT, INTER } from './support.js'

/** The bundled font with bytes overwritten. */
function patched(...changes: [at: number, bytes: Buffer][]): Buffer {
  const file = Buffer.from(FONT)
  for (const [at, bytes] of changes) bytes.copy(file, at)
  return file
}

/** The position of a table's record in the directory. */
function record(tag: string): number {
  for (let at = 12; at < 12 + 16 * FONT.readUInt16BE(4); at += 16)
    if (FONT.toString('latin1', at, at + 4) === tag) return at
  throw new Error(`There is no ${tag} table.`)
}

const without = (tag: string) => patched([record(tag), Buffer.from('zzzz')])

/** Reads a damaged file. */
function errorOf(file: Buffer): unknown {
  try {
    readFont(file)
    return undefined
  } catch (error) {
    return error
  }
}

describe('the bundled font', () => {
  it('belongs to the family Inter', () => {
    expect(INTER.family).toBe('Inter')
  })

  it.each([
    ['Latin', 'Hello World, ÄÖÜäöüß ÀÉîøñçŁžşĐ ąęőű 0123456789 !?&<>"\'#%€£¥'],
    ['Cyrillic', 'Привет, мир! Ёлка Їжак Ђорђе Қазақ'],
    ['Greek', 'Γειά σου Κόσμε ΑΒΓΔΩ αβγδω'],
    ['a character beyond the basic plane', '🄰'],
    ['no character', ''],
  ])('has %s', (_, text) => {
    expect(INTER.lacking(text)).toEqual([])
  })

  it('lacks emoji and Chinese, and lists each character once', () => {
    expect(INTER.lacking('a😀b中😀中c')).toEqual(['😀', '中'])
    expect(INTER.lacking('👩\u200d🚀')).toEqual(['👩', '\u200d', '🚀'])
    expect(INTER.lacking('\uffff\u{10ffff}')).toEqual(['\uffff', '\u{10ffff}'])
  })
})

describe('the extent of a text', () => {
  // Read from the font with fontTools: 2,048 units per em; advances A 1413, i 496, W 2018;
  // A from 0 to 1490, g from -442 to 1132.
  it.each([
    ['A', { advance: 1413 / 2048, top: 1490 / 2048, bottom: 0 }],
    ['Ai', { advance: 1909 / 2048 }],
    ['WWW', { advance: 6054 / 2048 }],
    ['g', { top: 1132 / 2048, bottom: -442 / 2048 }],
    ['Ag', { top: 1490 / 2048, bottom: -442 / 2048 }],
    ['', { advance: 0, top: 0, bottom: 0 }],
    [' ', { top: 0, bottom: 0 }],
  ])('%j', (text, extent) => {
    expect(INTER.measure(text)).toMatchObject(extent)
  })

  it('grows with every character', () => {
    const text = fc.string({ unit: characterOf('aZ0 .,-ЖΩé€🄰'), maxLength: 50 })
    fc.assert(
      fc.property(text, characterOf('aZ0 .Ж🄰'), (before, added) => {
        const [short, long] = [INTER.measure(before), INTER.measure(before + added)]
        expect(long.advance).toBeGreaterThan(short.advance)
        expect(long.top).toBeGreaterThanOrEqual(short.top)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('another font', () => {
  const cmap = FONT.readUInt32BE(record('cmap') + 8)
  const encodings = FONT.readUInt16BE(cmap + 2)
  /** Hides every character map but one behind a platform that does not exist. */
  const withOnly = (platform: number, encoding: number) => {
    const others: [number, Buffer][] = []
    for (let index = 0; index < encodings; index++) {
      const at = cmap + 4 + 8 * index
      if (FONT.readUInt16BE(at) !== platform || FONT.readUInt16BE(at + 2) !== encoding)
        others.push([at, Buffer.from([0, 99])])
    }
    expect(others).toHaveLength(encodings - 1)
    return patched(...others)
  }

  it('with only a map of the basic plane has the same characters there, and none beyond', () => {
    const basic = readFont(withOnly(3, 1))
    for (let codePoint = 0; codePoint < 0x10000; codePoint++) {
      if (codePoint >= 0xd800 && codePoint < 0xe000) continue
      const character = String.fromCodePoint(codePoint)
      const found = [basic.lacking(character), basic.measure(character)]
      const wanted = [INTER.lacking(character), INTER.measure(character)]
      if (!isDeepStrictEqual(found, wanted)) expect([codePoint, found]).toEqual([codePoint, wanted])
    }
    expect(basic.lacking('a🄰')).toEqual(['🄰'])
  })

  it('uses the typographic family name if it has one', () => {
    const names = FONT.readUInt32BE(record('name') + 8)
    const nameRecord = (id: number) => {
      for (let index = 0; index < FONT.readUInt16BE(names + 2); index++) {
        const at = names + 6 + 12 * index
        if (FONT.readUInt16BE(at) === 3 && FONT.readUInt16BE(at + 6) === id) return at
      }
      throw new Error(`There is no name ${id}.`)
    }
    // Name 4 is "Inter Regular": as name 16 it comes before name 1.
    expect(readFont(patched([nameRecord(4) + 6, Buffer.from([0, 16])])).family).toBe('Inter Regular')
    expect(readFont(patched([nameRecord(1) + 6, Buffer.from([0, 16])])).family).toBe('Inter')
    expect(() => readFont(patched([nameRecord(1) + 6, Buffer.from([0, 99])]))).toThrow('no family name')
  })

  it('may end where its last table ends', () => {
    const ends = []
    for (let at = 12; at < 12 + 16 * FONT.readUInt16BE(4); at += 16)
      ends.push(FONT.readUInt32BE(at + 8) + FONT.readUInt32BE(at + 12))
    const end = Math.max(...ends)
    expect(readFont(FONT.subarray(0, end)).family).toBe('Inter')
    expect(() => readFont(FONT.subarray(0, end - 1))).toThrow('cut off or damaged')
  })

  it('without a Unicode map is refused', () => {
    expect(() => readFont(patched([cmap + 2, Buffer.from([0, 0])]))).toThrow('no Unicode character map')
  })

  it('without TrueType outlines is measured by its line height', () => {
    // Ascent 1984, descent -494.
    expect(readFont(without('glyf')).measure('x')).toMatchObject({ top: 1984 / 2048, bottom: -494 / 2048 })
  })

  it.each(['OTTO', 'true'])('with the signature %s is read', (signature) => {
    expect(readFont(patched([0, Buffer.from(signature)])).family).toBe('Inter')
  })
})

describe('an unusable font file is refused', () => {
  it.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'It is not a font'],
    ['a byte', Buffer.from([0]), 'It is not a font'],
    ['a signature alone', FONT.subarray(0, 4), 'cut off or damaged'],
    ['a directory alone', FONT.subarray(0, 12 + 16 * 17), 'cut off or damaged'],
    ['WOFF', patched([0, Buffer.from('wOFF')]), 'It is a WOFF font'],
    ['WOFF2', patched([0, Buffer.from('wOF2')]), 'It is a WOFF2 font'],
    ['a collection', patched([0, Buffer.from('ttcf')]), 'It is a font collection'],
    ['a PNG', Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), 'It is not a font'],
    ['a page', Buffer.from('<!DOCTYPE html><title>404</title>'), 'It is not a font'],
    ['zeros', Buffer.alloc(10_000), 'It is not a font'],
    ['a signature and zeros', patched([4, Buffer.alloc(FONT.length - 4)]), 'The font has no'],
    ['a signature and ones', patched([4, Buffer.alloc(FONT.length - 4, 0xff)]), 'cut off or damaged'],
    ...['cmap', 'head', 'hhea', 'hmtx', 'name'].map((tag): [string, Buffer, string] => [
      `a font without ${tag}`,
      without(tag),
      `The font has no ${tag} table.`,
    ]),
  ])('%s', (_, file, message) => {
    expect(() => readFont(file)).toThrow(message)
  })

  it('a font that is cut off anywhere', () => {
    for (let length = 4; length < FONT.length; length += 1000) {
      const error = errorOf(FONT.subarray(0, length))
      expect(error, `${length} bytes`).toBeInstanceOf(Error)
      expect((error as Error).message, `${length} bytes`).toBe('The font is cut off or damaged.')
    }
  })

  it('a damaged font is refused with an Error or read, and never takes long', () => {
    const header = 12 + 16 * FONT.readUInt16BE(4)
    const tables = ['cmap', 'head', 'hhea', 'name'].map((tag) => FONT.readUInt32BE(record(tag) + 8))
    const spot = fc.oneof(
      fc.nat({ max: header }),
      fc.tuple(fc.constantFrom(...tables), fc.nat({ max: 60 })).map(([start, offset]) => start + offset),
    )
    const damage = fc.array(fc.tuple(spot, fc.uint8Array({ minLength: 1, maxLength: 4 })), {
      minLength: 1,
      maxLength: 3,
    })
    const outcomes = { refused: 0, read: 0 }
    const started = performance.now()
    fc.assert(
      fc.property(damage, (changes) => {
        const error = errorOf(
          patched(...changes.map(([at, bytes]) => [at, Buffer.from(bytes)] as [number, Buffer])),
        )
        outcomes[error ? 'refused' : 'read']++
        if (error) expect((error as Error).message).toMatch(/^The font |^It is /)
      }),
      { numRuns: 1000 },
    )
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(outcomes.refused).toBeGreaterThan(100)
    expect(outcomes.read).toBeGreaterThan(100)
  })

  it('garbage after a correct signature', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(errorOf(Buffer.concat([Buffer.from([0, 1, 0, 0]), bytes]))).toBeInstanceOf(Error)
      }),
      { numRuns: 1000 },
    )
  })
})
