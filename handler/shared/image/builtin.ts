import type { Generator } from '../contract.js'
import type { Font } from '../grammar/font.js'
import { IMAGE_GRAMMAR } from '../grammar/image-grammar.js'
import { FORMATS, type ImageParams, type Limits } from '../grammar/image.js'
import { parse } from '../grammar/parse.js'
import { suggest } from '../grammar/suggest.js'
import { describe } from '../grammar/describe.js'
import { canonicalKey, canonicalPath } from '../grammar/write.js'
import { encodeRaster } from './raster.js'
import { loadSharp } from './sharp.js'
import { encodeSvg } from './svg.js'

/** Raise it with every change that alters a pixel: the images of the previous version are then no longer used. */
const VERSION = '1'

export interface BuiltinOptions {
  /** The text of an image whose URL has no `text=`. */
  text: string
  limits: Limits
  /** A TrueType or OpenType file. */
  fontFile: string
  /** Reads the font from that file when it is first needed. */
  font: () => Font
}

/** The default generator: one background colour and one centred line of text. */
export function builtinGenerator({ text, limits, fontFile, font }: BuiltinOptions) {
  const rules = { text, limits, lacking: (wanted: string) => font().lacking(wanted) }
  return {
    version: VERSION,
    examples: ['/640x480,white,png', '/1200x630,navy,webp,text=Hello'],
    parse: (path: string) => parse(IMAGE_GRAMMAR, path, rules),
    suggest: (path: string) => suggest(IMAGE_GRAMMAR, path, rules),
    format: (params: ImageParams) => canonicalPath(IMAGE_GRAMMAR, params, rules),
    key: (params: ImageParams) => canonicalKey(IMAGE_GRAMMAR, params, rules),
    async warm() {
      font()
      await loadSharp()
    },
    describe: (params: ImageParams) => ({ ...describe(IMAGE_GRAMMAR, params), limits: { ...limits } }),
    async generate(params: ImageParams) {
      return {
        body:
          params.format === 'svg' ? encodeSvg(params, font()) : await encodeRaster(params, font(), fontFile),
        contentType: FORMATS[params.format].contentType,
      }
    },
  } satisfies Generator<ImageParams>
}
