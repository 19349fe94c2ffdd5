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
/** CSS has filters without an element, such as `blur(2px)`, and layers that are blended. */
const EFFECT = /\b(?:filter|mix-blend-mode|isolation)\s*[:=]/
const EFFECT_FUNCTION = /\b(?:blur|drop-shadow)\s*\(/g
const MOST_FUNCTIONS = 50
/** Groups with these may be layers, which matters where they are nested. */
const LAYER = /\b(?:opacity|clip-path)\s*[:=]/
const DEEP_LAYERS = 16
const DEEPEST_EFFECTS = 24
const TAG = /<(\/?)[\w:](?:"[^"<]*"|'[^'<]*'|[^<>"'])*>/g
const TEXT = /<(?:[\w.-]+:)?text\b/
/** Laying out a text takes time with the square of its length: 16 s for 10,000 characters. */
const LONGEST_TEXT = 4_000
/** The sum of these squares, over all texts. */
const MOST_TEXT_WORK = 50_000_000
/** Characters before the comma of a `data:` URL: its type and parameters. */
const LONGEST_DATA_TYPE = 2_000

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
  const functions = count(text, EFFECT_FUNCTION)
  const depth = EFFECT.test(text) ? depthOf(text) : 0
  if (functions > MOST_FUNCTIONS || depth > DEEPEST_EFFECTS)
    throw refused(
      `it has ${functions} blurs and shadows, and elements ${depth} deep: with filters, the limits are ${MOST_FUNCTIONS} and ${DEEPEST_EFFECTS}`,
    )
  checkTexts(text)
  let pixels = 0
  for (const embedded of embeddedFiles(text)) pixels += await pixelsOf(embedded, open)
  if (pixels > mostPixels)
    throw new Refusal(
      415,
      'PIXELS_LIMIT',
      `The original embeds pictures with ${pixels} pixels in total, and the limit is ${mostPixels}.`,
    )
}

function checkTexts(text: string): void {
  const lengths = text
    .split(TEXT)
    .slice(1)
    .map((part) => part.split(/<\/(?:[\w.-]+:)?text\b/, 1)[0]?.replace(/<[^<>]*>/g, '').length ?? 0)
  const work = lengths.reduce((sum, length) => sum + length ** 2, 0)
  if (work > MOST_TEXT_WORK || lengths.some((length) => length > LONGEST_TEXT))
    throw refused(`its texts take too long to draw: the limit of one is ${LONGEST_TEXT} characters`)
}

/** The resolution at which a costly drawing is turned into pixels. `undefined`: it is drawn at any size. */
export function costlyDensity(bytes: Buffer, width: number, height: number): number | undefined {
  const text = plainText(bytes)
  const costly =
    count(text, LAYERS) + count(text, FILTER) > 0 ||
    EFFECT.test(text) ||
    (LAYER.test(text) && depthOf(text) > DEEP_LAYERS)
  if (!costly) return undefined
  // At librsvg's 72 dots per inch, a unit of the drawing is a pixel. sharp takes 1 to 100,000.
  return Math.min(100_000, Math.max(1, 72 * Math.sqrt(COSTLY_PIXELS / (width * height))))
}

/** How deep elements are nested. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [tag, end] of text.matchAll(TAG)) {
    if (end !== '') depth--
    else if (!tag.endsWith('/>')) depth++
    deepest = Math.max(deepest, depth)
  }
  return deepest
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
  return source.replace(
    /&(?:#x0*([\da-f]{1,6})|#0*(\d{1,7})|([^\s;&<"']{1,100}));/gi,
    (all: string, hex?: string, decimal?: string, name = '') => {
      if (hex !== undefined) return character(Number.parseInt(hex, 16))
      if (decimal !== undefined) return character(Number(decimal))
      const value = entities.get(name) ?? all
      length += value.length
      if (length > MOST_GROWTH * source.length) throw refused('its entities multiply it')
      return value
    },
  )
}

/** What editors write as entities are the names of namespaces. Whoever builds markup from them means to hide it. */
function readEntities(source: string): Map<string, string> {
  const found = [
    ...source.matchAll(/<!ENTITY\s+([^\s%"'<>&]{1,100})\s+(?:"([^"&<%]{0,1000})"|'([^'&<%]{0,1000})')/g),
  ]
  if (found.length < (source.match(/<!ENTITY/g)?.length ?? 0))
    throw refused('its entities are more than short texts')
  const entities = new Map<string, string>()
  // Of several declarations, XML takes the first.
  for (const [, name = '', double, single] of found)
    if (!entities.has(name)) entities.set(name, double ?? single ?? '')
  return entities
}

function character(code: number): string {
  return code < 0x80 ? String.fromCharCode(code) : ' '
}

/** The contents of all `data:` URLs. */
function* embeddedFiles(text: string): Generator<Buffer> {
  // A URL is read without them, wherever they stand.
  const withoutLineEnds = text.replace(/[\t\n\r]/g, '')
  // A type may have quotes and parameters. Where it begins too early, it still ends as the real one does.
  for (const [, type = '', content] of withoutLineEnds.matchAll(/data:([^,<]{0,2000})(?:,([^"'<>)]*))?/gi)) {
    if (content === undefined && type.length < LONGEST_DATA_TYPE) continue
    if (content === undefined)
      throw refused(`a data: URL has more than ${LONGEST_DATA_TYPE} characters of type`)
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
