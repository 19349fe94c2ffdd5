import { decode } from './encoding.js'
import { FORMATS, type Rules } from './image.js'
import { parse } from './parse.js'
import { looksLikeSize } from './size.js'

/** Longer paths are no image's that somebody has typed. */
const LONGEST = 300
/** What a path without a size may have meant. */
const USUAL_SIZE = '640x480'
const EXTENSION = new RegExp(`\\.(?=(?:${Object.keys(FORMATS).join('|')}|jpeg)$)`, 'i')

/**
 * The image that the path of a file was probably meant to be: `/640x480.png`, `/640x480/white/png` and
 * `/640x480?text=Hi` (with its `?` encoded: a query never arrives) have all an image's tokens, and only
 * their separators are wrong; `/white/png` has no size.
 * @returns a path that `parse` takes, or `undefined`.
 */
export function suggest(path: string, rules: Rules): string | undefined {
  if (path.length > LONGEST) return undefined
  try {
    const tokens = path
      .replace(/^\//, '')
      .replace(EXTENSION, ',')
      .replace(/%3f/gi, '?')
      .split(/[/,?&]/)
      .map(decode)
    if (!looksLikeSize(tokens[0] ?? '')) {
      // One word alone is a file's name rather than a colour.
      if (tokens.length === 1) return undefined
      tokens.unshift(USUAL_SIZE)
    }
    const image = `/${tokens.map(encode).join(',')}`
    return parse(image, rules) === undefined ? undefined : image
  } catch {
    // What is no image's either way.
    return undefined
  }
}

/** A token as a path has it: only an option's value needs more than its own characters. */
function encode(token: string): string {
  const at = token.indexOf('=')
  if (at < 0) return encodeURIComponent(token).replace('%40', '@')
  return `${encodeURIComponent(token.slice(0, at))}=${encodeURIComponent(token.slice(at + 1))}`
}
