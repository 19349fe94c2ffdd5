import path from 'node:path'
import { FORMATS, type Format } from '../../handler/shared/grammar/image.js'

/** Media types by file extension, in addition to the built-in generator's formats. */
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

/** The built-in generator's format for a file of this name. */
export function formatOfFile(file: string): Format | undefined {
  const extension = extensionOf(file)
  if (extension === 'jpeg') return 'jpg'
  return Object.hasOwn(FORMATS, extension) ? (extension as Format) : undefined
}

/** The media type that a file's extension stands for, or `undefined` for an unknown extension. */
export function typeOfFile(file: string): string | undefined {
  const format = formatOfFile(file)
  if (format) return FORMATS[format].contentType
  const extension = extensionOf(file)
  return Object.hasOwn(OTHERS, extension) ? OTHERS[extension] : undefined
}

/** The extension for a media type, without the dot. */
export function endingOf(contentType: string): string {
  const subtype = /\/([a-z0-9]+)/.exec(contentType)?.[1] ?? 'bin'
  return { jpeg: 'jpg', plain: 'txt', x: 'ico' }[subtype] ?? subtype
}

function extensionOf(file: string): string {
  return path.extname(file).slice(1).toLowerCase()
}
