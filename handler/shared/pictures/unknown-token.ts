import { BadRequest } from '../contract.js'
import { formatColor, parseColor } from '../grammar/color.js'
import { CSS_COLORS } from '../grammar/css-colors.js'
import { quote } from '../grammar/encoding.js'
import { didYouMean } from '../grammar/nearest.js'
import { isWord, namedForms, type Grammar } from '../grammar/token.js'
import { lowerCase } from './ascii.js'
import type { Operations } from './operations.js'
import type { PictureRules } from './rules.js'

/** What users of other services, and of the generator, may write here, and what they mean by it. */
const HINTS: Readonly<Record<string, string>> = {
  gray: 'write mono for a picture without colours, and 808080 for the colour',
  grey: 'write mono for a picture without colours, and 808080 for the colour',
  grayscale: 'write mono',
  greyscale: 'write mono',
  monochrome: 'write mono',
  fill: 'write cover to fill the size and cut the rest, or contain to keep everything',
  crop: 'write cover to fill the size, or crop=WIDTHxHEIGHT+LEFT+TOP to cut a region',
  stretch: 'pictures are never distorted; write cover, contain or inside',
  outside: 'give one side only, such as 400x, or write cover',
  fit: 'write the fit alone, such as cover; inside keeps everything without bars',
  max: 'write inside; pictures are never enlarged unless enlarge says so',
  limit: 'write inside; pictures are never enlarged unless enlarge says so',
  pad: 'write contain for bars around the picture, or pad=10 for space around faces',
  text: 'only generated images have a text',
  fg: 'only generated images have a text colour',
  attention: 'write smart',
  entropy: 'write smart',
  sm: 'write smart',
  width: 'write the size first, such as 400x300, 400x or x300',
  w: 'write the size first, such as 400x300, 400x or x300',
  height: 'write the size first, such as 400x300, 400x or x300',
  h: 'write the size first, such as 400x300, 400x or x300',
  dpr: 'write @2x after the size, such as 400x300@2x',
  quality: 'write q=80',
  format: 'write the format alone, such as webp',
  f: 'write the format alone, such as webp',
  fm: 'write the format alone, such as webp',
  background: 'write the colour alone, such as ff8800',
  bg: 'write the colour alone, such as ff8800',
  gravity: 'write the place alone, such as top or smart',
  g: 'write the place alone, such as top or smart',
  position: 'write the place alone, such as top or smart',
  north: 'write top',
  south: 'write bottom',
  west: 'write left',
  east: 'write right',
  northwest: 'write topleft',
  northeast: 'write topright',
  southwest: 'write bottomleft',
  southeast: 'write bottomright',
  middle: 'the middle needs no word: leave it out',
  auto: 'write auto alone: the format follows from what the viewer accepts',
  mirror: 'write flop, left to right, or flip, top to bottom',
  svg: 'a rendition is never an SVG; write png or webp',
  tiff: 'write png for a format without losses',
  heic: 'write avif or webp',
  progressive: 'leave it out: it is decided by the format',
  strip: 'leave it out: metadata is always removed',
  trim: 'there is no trim; cut with crop=WIDTHxHEIGHT+LEFT+TOP',
}

/** The error for a token that is none of a stored picture's. */
export function unknownToken(token: string, grammar: Grammar<Operations, PictureRules>): BadRequest {
  const words = grammar.tokens.filter(isWord).flatMap(({ spellings }) => spellings)
  const names = namedForms(grammar).map(({ form }) => `${form.name}=`)
  const name = lowerCase(token.split(/[=:-]/, 1)[0] ?? '')
  const hint = Object.hasOwn(HINTS, name) ? HINTS[name] : colorHint(token)
  if (hint !== undefined) return wrong(token, `${hint}.`)
  if (words.includes(name) && token.includes('='))
    return wrong(token, `${name} has no value: write ${name} alone.`)
  const likely = token.includes('=') ? didYouMean(`${name}=`, names) : didYouMean(token, [...words, ...names])
  return wrong(
    token,
    `${likely}the words are ${words.join(', ')}, the options ${names.join(', ')}, and a background is 3, 4, 6 or 8 hex digits.`,
  )
}

/** Colours other than white and black have no names here: words are left free for what may be added. */
function colorHint(token: string): string | undefined {
  const name = lowerCase(token)
  if (token.startsWith('#')) return 'write a colour as 3, 4, 6 or 8 hex digits, such as ff8800'
  const digits = Object.hasOwn(CSS_COLORS, name) ? CSS_COLORS[name] : undefined
  const color = digits === undefined ? undefined : parseColor(digits)
  return color && `write ${digits} for the colour ${formatColor(color)}`
}

function wrong(token: string, sentence: string): BadRequest {
  return new BadRequest('BAD_OPTION', `${quote(token)} is not an option: ${sentence}`)
}
