import type { InputType } from './types.js'

/** Bytes that the longest signature needs, and those in which an SVG's root has to begin. */
const BRANDS_WITHIN = 64
const ROOT_WITHIN = 65_536

/** What precedes the root of an XML document: the declaration, comments, instructions, and the document type. */
const PROLOG = /\s+|<\?[^>]*>|<!--[\s\S]*?-->|<!DOCTYPE[^[>]*(?:\[[\s\S]*?\]\s*)?>/y
const SVG_ROOT = /<(?:[\w-]+:)?svg[\s/>]/y

/** Tells a picture by its first bytes. Names and stored content types are never believed. */
export function sniff(bytes: Uint8Array): InputType | undefined {
  if (begins(bytes, 0xff, 0xd8, 0xff)) return 'jpeg'
  if (begins(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png'
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp'
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return 'gif'
  if (/^avi[fs]$/m.test(brands(bytes).join('\n'))) return 'avif'
  // BigTIFF has 43 in place of 42.
  if (begins(bytes, 0x49, 0x49, 0x2a, 0) || begins(bytes, 0x4d, 0x4d, 0, 0x2a)) return 'tiff'
  if (begins(bytes, 0x49, 0x49, 0x2b, 0) || begins(bytes, 0x4d, 0x4d, 0, 0x2b)) return 'tiff'
  // "BM" alone is the start of many a text: the size of its second header is one of a few.
  if (ascii(bytes, 0, 2) === 'BM' && [12, 40, 52, 56, 64, 108, 124].includes(bytes[14] ?? 0)) return 'bmp'
  return isSvg(bytes) ? 'svg' : undefined
}

/** Names a file that is no picture for this service, as far as its first bytes tell. */
export function nameOther(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) return 'an empty file'
  const found = OTHERS.find(([, is]) => is(bytes))
  return found ? found[0] : 'of an unknown type'
}

const OTHERS: readonly (readonly [name: string, is: (bytes: Uint8Array) => boolean])[] = [
  ['HEIC', (bytes) => brands(bytes).some((brand) => /^(he[iv][cmsx]|mif1|msf1)$/.test(brand))],
  ['a video', (bytes) => brands(bytes).length > 0 || begins(bytes, 0x1a, 0x45, 0xdf, 0xa3)],
  ['JPEG XL', (bytes) => begins(bytes, 0xff, 0x0a) || begins(bytes, 0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20)],
  ['JPEG 2000', (bytes) => begins(bytes, 0, 0, 0, 0x0c, 0x6a, 0x50) || begins(bytes, 0xff, 0x4f, 0xff, 0x51)],
  ['a PDF', (bytes) => ascii(bytes, 0, 5) === '%PDF-'],
  ['PostScript', (bytes) => ascii(bytes, 0, 4) === '%!PS'],
  ['a Photoshop document', (bytes) => ascii(bytes, 0, 4) === '8BPS'],
  ['an icon', (bytes) => begins(bytes, 0, 0, 1, 0) || begins(bytes, 0, 0, 2, 0)],
  ['a compressed file', (bytes) => begins(bytes, 0x1f, 0x8b) || begins(bytes, 0x50, 0x4b, 3, 4)],
  ['HTML', (bytes) => /^\s*<(!doctype html|html)\b/i.test(ascii(bytes, 0, 256))],
]

/** Whether an AVIF is first of all an animation, by its major brand. */
export function isSequence(bytes: Uint8Array): boolean {
  return brands(bytes)[0] === 'avis'
}

/** The brands of an ISO media file (ISO/IEC 14496-12 §4.3): the major one, and those it is compatible with. */
function brands(bytes: Uint8Array): string[] {
  if (ascii(bytes, 4, 8) !== 'ftyp') return []
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0)
  const end = Math.min(size, bytes.byteLength, BRANDS_WITHIN)
  const found = [ascii(bytes, 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) found.push(ascii(bytes, at, at + 4))
  return found
}

function isSvg(bytes: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, ROOT_WITHIN))
  let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0
  for (;;) {
    PROLOG.lastIndex = at
    if (!PROLOG.test(text)) break
    at = PROLOG.lastIndex
  }
  SVG_ROOT.lastIndex = at
  return SVG_ROOT.test(text)
}

function begins(bytes: Uint8Array, ...first: readonly number[]): boolean {
  return first.every((byte, index) => bytes[index] === byte)
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}
