/**
 * Reads as much of a TrueType or OpenType file as is needed to check and measure a text before it is drawn.
 * Source of the table layouts: OpenType specification 1.9.
 */

export interface Font {
  /** The name for Pango and `font-family`. */
  readonly family: string
  /** Lists the characters of a text that the font has no glyph for, each once. */
  lacking(text: string): string[]
  /**
   * Measures one line in ems: its advance without kerning, and the upper and lower edge of its ink relative to the
   * baseline. `bottom` is negative below the baseline.
   */
  measure(text: string): { advance: number; top: number; bottom: number }
}

/** @throws an Error that names the kind of file, if it is not a TrueType or OpenType font. */
export function readFont(file: Buffer): Font {
  refuseOtherKinds(file)
  try {
    return read(file)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new Error('The font is cut off or damaged.', { cause })
  }
}

function refuseOtherKinds(file: Buffer): void {
  const signature = file.subarray(0, 4).toString('latin1')
  if (['\u0000\u0001\u0000\u0000', 'OTTO', 'true'].includes(signature)) return
  const kind = { wOFF: 'a WOFF font', wOF2: 'a WOFF2 font', ttcf: 'a font collection' }[signature]
  throw new Error(`It is ${kind ?? 'not a font'}: use a TrueType (.ttf) or OpenType (.otf) file.`)
}

function read(file: Buffer): Font {
  const tables = readDirectory(file)
  const table = (tag: string): Buffer => {
    const found = tables.get(tag)
    if (!found) throw new Error(`The font has no ${tag} table.`)
    return found
  }
  const glyphOf = readCharacterMap(table('cmap'))
  const unitsPerEm = table('head').readUInt16BE(18)
  const advanceOf = readAdvances(table('hhea'), table('hmtx'))
  const boundsOf = readBounds(tables, table('head'), table('hhea'))
  return {
    family: readFamily(table('name')),
    lacking: (text) => [...new Set(text)].filter((character) => glyphOf(character.codePointAt(0) ?? 0) === 0),
    measure(text) {
      const extent = { advance: 0, top: Number.NEGATIVE_INFINITY, bottom: Number.POSITIVE_INFINITY }
      for (const character of text) {
        const glyph = glyphOf(character.codePointAt(0) ?? 0)
        extent.advance += advanceOf(glyph) / unitsPerEm
        const bounds = boundsOf(glyph)
        if (!bounds) continue
        extent.top = Math.max(extent.top, bounds.top / unitsPerEm)
        extent.bottom = Math.min(extent.bottom, bounds.bottom / unitsPerEm)
      }
      return extent.top < extent.bottom ? { ...extent, top: 0, bottom: 0 } : extent
    },
  }
}

function readDirectory(file: Buffer): Map<string, Buffer> {
  const tables = new Map<string, Buffer>()
  const count = file.readUInt16BE(4)
  for (let index = 0; index < count; index++) {
    const record = 12 + 16 * index
    const offset = file.readUInt32BE(record + 8)
    const length = file.readUInt32BE(record + 12)
    if (offset + length > file.length) throw new RangeError('table outside of the file')
    tables.set(file.toString('latin1', record, record + 4), file.subarray(offset, offset + length))
  }
  return tables
}

type GlyphOf = (codePoint: number) => number

/** Subtables in order of preference: full Unicode first, then the basic plane. */
const ENCODINGS = ['3/10', '0/6', '0/4', '3/1', '0/3', '0/2', '0/1', '0/0']

function readCharacterMap(cmap: Buffer): GlyphOf {
  const offsets = new Map<string, number>()
  for (let index = 0; index < cmap.readUInt16BE(2); index++) {
    const record = 4 + 8 * index
    offsets.set(
      `${cmap.readUInt16BE(record)}/${cmap.readUInt16BE(record + 2)}`,
      cmap.readUInt32BE(record + 4),
    )
  }
  for (const encoding of ENCODINGS) {
    const offset = offsets.get(encoding)
    if (offset === undefined) continue
    const subtable = cmap.subarray(offset)
    const format = subtable.readUInt16BE(0)
    if (format === 12) return segmentedCoverage(subtable)
    if (format === 4) return segmentToDelta(subtable)
  }
  throw new Error('The font has no Unicode character map.')
}

/** cmap format 12. */
function segmentedCoverage(table: Buffer): GlyphOf {
  const groups = table.readUInt32BE(12)
  table.readUInt32BE(16 + 12 * (groups - 1) + 8)
  return (codePoint) => {
    const at = firstAtLeast(groups, (index) => table.readUInt32BE(16 + 12 * index + 4), codePoint)
    if (at === groups) return 0
    const record = 16 + 12 * at
    const start = table.readUInt32BE(record)
    return codePoint < start ? 0 : table.readUInt32BE(record + 8) + (codePoint - start)
  }
}

/** cmap format 4. */
function segmentToDelta(table: Buffer): GlyphOf {
  const segments = table.readUInt16BE(6) / 2
  const ends = 14
  const starts = ends + 2 * segments + 2
  const deltas = starts + 2 * segments
  const ranges = deltas + 2 * segments
  table.readUInt16BE(ranges + 2 * (segments - 1))
  return (codePoint) => {
    if (codePoint > 0xffff) return 0
    const at = firstAtLeast(segments, (index) => table.readUInt16BE(ends + 2 * index), codePoint)
    if (at === segments) return 0
    const start = table.readUInt16BE(starts + 2 * at)
    if (codePoint < start) return 0
    const delta = table.readUInt16BE(deltas + 2 * at)
    const range = table.readUInt16BE(ranges + 2 * at)
    if (range === 0) return (codePoint + delta) & 0xffff
    const glyph = table.readUInt16BE(ranges + 2 * at + range + 2 * (codePoint - start))
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff
  }
}

/** Finds the first index whose value is at least `wanted`, or `count`. Values must ascend. */
function firstAtLeast(count: number, valueAt: (index: number) => number, wanted: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (valueAt(middle) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

function readAdvances(hhea: Buffer, hmtx: Buffer): (glyph: number) => number {
  const count = hhea.readUInt16BE(34)
  return (glyph) => hmtx.readUInt16BE(4 * Math.min(glyph, count - 1))
}

type BoundsOf = (glyph: number) => { top: number; bottom: number } | undefined

/** Reads the bounds of a glyph. CFF fonts have no `glyf` table: there, every glyph gets the font's line height. */
function readBounds(tables: Map<string, Buffer>, head: Buffer, hhea: Buffer): BoundsOf {
  const glyf = tables.get('glyf')
  const loca = tables.get('loca')
  if (!glyf || !loca) {
    const line = { top: hhea.readInt16BE(4), bottom: hhea.readInt16BE(6) }
    return () => line
  }
  const long = head.readInt16BE(50) === 1
  const offsetOf = (glyph: number) => (long ? loca.readUInt32BE(4 * glyph) : 2 * loca.readUInt16BE(2 * glyph))
  return (glyph) => {
    const offset = offsetOf(glyph)
    if (offset === offsetOf(glyph + 1)) return undefined
    return { top: glyf.readInt16BE(offset + 8), bottom: glyf.readInt16BE(offset + 4) }
  }
}

const FAMILY = 1
const TYPOGRAPHIC_FAMILY = 16

/** Reads the family name that fontconfig uses: name 16, otherwise name 1, for the Windows platform. */
function readFamily(name: Buffer): string {
  const strings = name.readUInt16BE(4)
  const found = new Map<number, string>()
  for (let index = 0; index < name.readUInt16BE(2); index++) {
    const record = 6 + 12 * index
    const id = name.readUInt16BE(record + 6)
    if (name.readUInt16BE(record) !== 3 || (id !== FAMILY && id !== TYPOGRAPHIC_FAMILY)) continue
    const start = strings + name.readUInt16BE(record + 10)
    const utf16 = Buffer.from(name.subarray(start, start + name.readUInt16BE(record + 8))).swap16()
    if (!found.has(id)) found.set(id, utf16.toString('utf16le'))
  }
  const family = found.get(TYPOGRAPHIC_FAMILY) ?? found.get(FAMILY)
  if (!family) throw new Error('The font has no family name.')
  return family
}
