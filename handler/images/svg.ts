import type { Open } from './engine.js'
import { sniff } from './sniff.js'
import { Refusal } from './types.js'

/*
 * What librsvg itself bounds: it reads no file and no URL but `data:` (there is no base URL), expands entities up to
 * a factor, and follows a limited number of `use`. What it doesn't bound, or only far above what a function has: the elements, the pixels of embedded pictures, and the
 * memory and time of filters, masks and patterns, each step of which may be a picture as large as the whole.
 */

/** Elements that are drawn as pictures of their own. Of filters, the steps of one are all kept until its end. */
const LAYERS = /<(?:[\w.-]+:)?(?:mask|pattern)\b/g
const FILTER = /<(?:[\w.-]+:)?filter\b/g
const FILTER_STEP = /<(?:[\w.-]+:)?fe[A-Z]\w*/g
const ELEMENT = /<[\w:]/g
const MOST_LAYERS = 100
const MOST_STEPS = 50
/** Each takes more than a kilobyte of memory. librsvg itself takes a million. */
const MOST_ELEMENTS = 200_000

/** Pixels that a drawing with filters, masks or patterns gets. Beyond that, its pixels are enlarged. */
const COSTLY_PIXELS = 1_000_000

/** Times the document's length. libxml2's own limit is the same. */
const MOST_GROWTH = 5

/** Encodings in which ASCII is ASCII, so that nothing hides from the look through the text. */
const PLAIN_ENCODING = /^(?:utf-?8|us-ascii|ascii|iso-8859-\d+|latin-?1|windows-125\d)$/i

/** @throws {Refusal} 415 for what would take more memory or time than a picture may. */
export async function checkSvg(bytes: Buffer, open: Open, mostPixels: number): Promise<void> {
  const text = plainText(bytes)
  const elements = count(text, ELEMENT)
  if (elements > MOST_ELEMENTS)
    throw refused(`it has ${elements} elements, and the limit is ${MOST_ELEMENTS}`)
  const layers = count(text, LAYERS)
  const steps = Math.max(0, ...text.split(FILTER).map((part) => count(part, FILTER_STEP)))
  if (layers > MOST_LAYERS || steps > MOST_STEPS)
    throw refused(
      `it has ${layers} masks and patterns, and up to ${steps} steps in a filter: the limits are ${MOST_LAYERS} and ${MOST_STEPS}`,
    )
  let pixels = 0
  for (const embedded of embeddedFiles(text)) pixels += await pixelsOf(embedded, open)
  if (pixels > mostPixels)
    throw new Refusal(
      415,
      'PIXELS_LIMIT',
      `The original embeds pictures with ${pixels} pixels in total, and the limit is ${mostPixels}.`,
    )
}

/** The resolution at which a costly drawing is turned into pixels. `undefined`: it is drawn at any size. */
export function costlyDensity(bytes: Buffer, width: number, height: number): number | undefined {
  const text = plainText(bytes)
  if (count(text, LAYERS) + count(text, FILTER) === 0) return undefined
  // At librsvg's 72 dots per inch, a unit of the drawing is a pixel. sharp takes 1 to 100,000.
  return Math.min(100_000, Math.max(1, 72 * Math.sqrt(COSTLY_PIXELS / (width * height))))
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

function refused(reason: string): Refusal {
  return new Refusal(415, 'NOT_A_PICTURE', `The original is an SVG that is not drawn: ${reason}.`)
}

/** The document with its character references and entities replaced, as far as they can name or hide anything. */
function plainText(bytes: Buffer): string {
  const source = bytes.toString('latin1')
  const encoding = /^[^<]*<\?xml[^>]*?\bencoding\s*=\s*["']([^"']*)/.exec(source)?.[1]
  if (encoding !== undefined && !PLAIN_ENCODING.test(encoding))
    throw refused('its encoding is not UTF-8 or another that contains ASCII')
  const entities = readEntities(source)
  let length = source.length
  const expanded = source.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([^\s;&<"']{1,100}));/gi,
    (all: string, hex?: string, decimal?: string, name = '') => {
      if (hex !== undefined) return character(Number.parseInt(hex, 16))
      if (decimal !== undefined) return character(Number(decimal))
      const value = entities.get(name) ?? all
      length += value.length
      if (length > MOST_GROWTH * source.length) throw refused('its entities multiply it')
      return value
    },
  )
  // A URL is read without them, wherever they stand.
  return expanded.replace(/[\t\n\r]/g, '')
}

/** What editors write as entities are the names of namespaces. Whoever builds markup from them means to hide it. */
function readEntities(source: string): Map<string, string> {
  const found = [
    ...source.matchAll(/<!ENTITY\s+([^\s%"'<>&]{1,100})\s+(?:"([^"&<%]{0,1000})"|'([^'&<%]{0,1000})')/g),
  ]
  if (found.length < (source.match(/<!ENTITY/g)?.length ?? 0))
    throw refused('its entities are more than short texts')
  return new Map(found.map(([, name = '', double, single]) => [name, double ?? single ?? '']))
}

function character(code: number): string {
  return code < 0x80 ? String.fromCharCode(code) : ' '
}

/** The contents of all `data:` URLs. */
function* embeddedFiles(text: string): Generator<Buffer> {
  for (const [, type = '', content = ''] of text.matchAll(/data:([^,"'<>]{0,200}),([^"'<>)]*)/gi)) {
    if (/svg|xml/i.test(type)) throw refused('it embeds another drawing')
    const bytes = content.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    yield Buffer.from(bytes, /;\s*base64\s*$/i.test(type) ? 'base64' : 'latin1')
  }
}

async function pixelsOf(bytes: Buffer, open: Open): Promise<number> {
  const type = sniff(bytes)
  // Fonts, for example: librsvg ignores them.
  if (type === undefined) return 0
  if (type === 'svg') throw refused('it embeds another drawing')
  try {
    const { width, height } = await open(bytes, { limitInputPixels: false }).metadata()
    return width * height
  } catch {
    throw refused(`it embeds a ${type} that can't be read`)
  }
}
