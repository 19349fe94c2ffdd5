import type { Generator } from '../contract.js'
import { cssHex } from '../grammar/color.js'
import type { Font } from '../grammar/font.js'
import { format, formatKey } from '../grammar/format.js'
import { FORMATS, type ImageParams, type Limits } from '../grammar/image.js'
import { parse } from '../grammar/parse.js'
import { suggest } from '../grammar/suggest.js'
import { encodeRaster } from './raster.js'
import { loadSharp } from './sharp.js'
import { encodeSvg } from './svg.js'

/** Raise it with every change that alters a pixel: images stored by the one before are then left behind. */
const VERSION = '1'

export interface BuiltinOptions {
  /** The text of an image whose URL names none. */
  text: string
  limits: Limits
  /** A TrueType or OpenType file. */
  fontFile: string
  /** Read from that file when first needed. */
  font: () => Font
}

/** The generator that the service has without configuration: one colour, one centred line of text. */
export function builtinGenerator({ text, limits, fontFile, font }: BuiltinOptions) {
  const rules = { text, limits, lacking: (wanted: string) => font().lacking(wanted) }
  return {
    version: VERSION,
    examples: ['/640x480,white,png', '/1200x630,navy,webp,text=Hello'],
    parse: (path: string) => parse(path, rules),
    suggest: (path: string) => suggest(path, rules),
    format: (params: ImageParams) => format(params, text),
    key: (params: ImageParams) => formatKey(params, text),
    async warm() {
      font()
      await loadSharp()
    },
    describe: (params: ImageParams) => ({
      width: params.width,
      height: params.height,
      background: cssHex(params.background),
      format: params.format,
      contentType: FORMATS[params.format].contentType,
      text: params.text === '' ? null : params.text,
      textColor: params.text === '' ? null : cssHex(params.foreground),
      quality: params.quality ?? null,
      limits: { ...limits },
    }),
    async generate(params: ImageParams) {
      return {
        body:
          params.format === 'svg' ? encodeSvg(params, font()) : await encodeRaster(params, font(), fontFile),
        contentType: FORMATS[params.format].contentType,
      }
    },
  } satisfies Generator<ImageParams>
}
