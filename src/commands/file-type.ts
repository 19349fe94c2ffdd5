import path from 'node:path'
import { FORMATS, type Format } from '../../handler/shared/grammar/image.js'

/** File extensions of known types, beside the built-in generator's formats. */
const OTHERS: Readonly<Record<string, string>> = {
  apng: 'image/apng',
  bmp: 'image/bmp',
  html: 'text/html',
  ico: 'image/x-icon',
  jxl: 'image/jxl',
  json: 'application/json',
  pdf: 'application/pdf',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  txt: 'text/plain',
}

/** The built-in generator's format with this extension. */
export function formatOfFile(file: string): Format | undefined {
  const ending = lowerEnding(file)
  if (ending === 'jpeg') return 'jpg'
  return Object.hasOwn(FORMATS, ending) ? (ending as Format) : undefined
}

/** The media type that a file's extension names; `undefined` if it names no known type. */
export function typeOfFile(file: string): string | undefined {
  const format = formatOfFile(file)
  if (format) return FORMATS[format].contentType
  const ending = lowerEnding(file)
  return Object.hasOwn(OTHERS, ending) ? OTHERS[ending] : undefined
}

/** The file extension for this media type, without the dot. */
export function endingOf(contentType: string): string {
  const subtype = /\/([a-z0-9]+)/.exec(contentType)?.[1] ?? 'bin'
  return { jpeg: 'jpg', plain: 'txt', x: 'ico' }[subtype] ?? subtype
}

function lowerEnding(file: string): string {
  return path.extname(file).slice(1).toLowerCase()
}
