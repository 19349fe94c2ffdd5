import { quote, refusal } from './refusal.js'
import { readSize } from './size.js'
import { matches } from './text.js'

/** The words of each row. Only one word of a row can be given. */
var WORDS = {
  fit: 'cover contain inside',
  place: 'center centre top bottom left right topleft topright bottomleft bottomright smart faces',
  format: 'jpg jpeg png webp avif gif auto json',
  bg: 'white black transparent',
  flop: 'flop',
  flip: 'flip',
  mono: 'mono',
  sharpen: 'sharpen',
  still: 'still',
  enlarge: 'enlarge',
}

var VALUES = {
  face: /^([1-9]|1[0-5])$/,
  at: /^(\d|[1-9]\d|100)x(\d|[1-9]\d|100)$/,
  pad: /^(\d|[1-9]\d|1\d\d|200)$/,
  crop: /^[1-9]\d{0,4}x[1-9]\d{0,4}\+(0|[1-9]\d{0,4})\+(0|[1-9]\d{0,4})$/,
  q: /^([1-9]\d?|100)$/,
  rotate: /^(90|180|270)$/,
  blur: /^([1-9]\d?|100)$/,
  v: /^[a-z\d.-]{1,40}$/i,
}

/** Points that have a name already. */
var NAMED_POINTS = {
  'at=0x0': 'topleft',
  'at=50x0': 'top',
  'at=100x0': 'topright',
  'at=0x50': 'left',
  'at=50x50': 'center',
  'at=100x50': 'right',
  'at=0x100': 'bottomleft',
  'at=50x100': 'bottom',
  'at=100x100': 'bottomright',
}

var DEFAULT_QUALITY = { jpg: 'q=80', webp: 'q=80', avif: 'q=50' }

/** @param list words between spaces. @param word without spaces. */
function has(list, word) {
  return (' ' + list + ' ').indexOf(' ' + word + ' ') >= 0
}

function give(given, row, value, token) {
  if (given[row])
    throw refusal(
      row === 'place' ? 'CONFLICT' : 'BAD_OPTION',
      quote(token) + ' is a second ' + row + ': give only one.',
    )
  given[row] = value
}

function readToken(given, token) {
  // ASCII alone: beyond it, toLowerCase makes letters of other characters.
  if (matches(/^[!-~]+$/, token)) {
    var word = token.toLowerCase()
    var at = word.indexOf('=')
    var name = word.slice(0, at)
    if (at > 0 && VALUES.hasOwnProperty(name)) {
      var value = (name === 'v' ? token : word).slice(at + 1)
      if (!matches(VALUES[name], value)) throw refusal('BAD_OPTION', quote(token) + ' has a wrong value.')
      return give(given, name === 'face' || name === 'at' ? 'place' : name, name + '=' + value, token)
    }
    for (var row in WORDS) if (has(WORDS[row], word)) return give(given, row, word, token)
    if (matches(/^#?([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/, word)) return give(given, 'bg', word, token)
  }
  throw refusal(
    'BAD_OPTION',
    token ? quote(token) + ' is not an option.' : 'there is an empty option: remove a comma.',
  )
}

/** Six hex digits, or eight if the colour is translucent. */
function readColor(word) {
  if (word === 'transparent') return '00000000'
  if (word === 'white') return 'ffffff'
  if (word === 'black') return '000000'
  var digits = word.replace('#', '')
  if (digits.length < 5) digits = digits.replace(/./g, '$&$&')
  return digits.replace(/^(.{6})ff$/, '$1')
}

function refuseIf(wrong, one, other) {
  if (wrong) throw refusal('CONFLICT', quote(one) + ' means nothing with ' + other + '.')
}

function refuseConflicts(given, size, fit) {
  var format = given.format || 'the format of the original'
  var place = given.place
  if (place) {
    refuseIf(!size.width || !size.height, place, 'one side')
    refuseIf(fit === 'inside' || (fit === 'contain' && /^(smart|fa|at)/.test(place)), place, fit)
  }
  var faces = (place || '').indexOf('face') === 0
  refuseIf(given.pad && !faces, given.pad, 'no faces')
  refuseIf(given.crop && faces, given.crop, place)
  refuseIf(given.q && !has('jpg webp avif auto', format), given.q, format)
  refuseIf(given.still && has('jpg png avif', format), 'still', format)
  refuseIf(given.bg && (format === 'json' || (format === 'jpg' && given.bg.length > 6)), given.bg, format)
}

/** Gives each of the eight orientations its one spelling: `handler/shared/pictures/effects.ts`. */
function turn(given) {
  var degrees = given.rotate ? Number(given.rotate.slice(7)) : 0
  if (given.flop && given.flip) {
    degrees = (degrees + 180) % 360
    given.flop = given.flip = ''
  } else if ((given.flop || given.flip) && degrees > 90) {
    degrees -= 180
    var flip = given.flop && 'flip'
    given.flop = given.flip && 'flop'
    given.flip = flip
  }
  given.rotate = degrees && 'rotate=' + degrees
}

/**
 * Reads the segment between the mount and the original's key.
 * @param tokens decoded. The first one looks like a size.
 * @returns the tokens in their one spelling and order. A background has six or eight hex digits.
 */
export function readOperations(tokens, longest) {
  var size = readSize(tokens[0], longest)
  var given = {}
  for (var i = 1; i < tokens.length; i++) readToken(given, tokens[i])
  if (given.format === 'jpeg') given.format = 'jpg'
  if (given.bg) given.bg = readColor(given.bg)
  var fit = size.width && size.height ? given.fit : ''
  refuseConflicts(given, size, fit)
  turn(given)
  if (fit === 'cover') fit = ''
  var place = NAMED_POINTS[given.place] || given.place
  if (place === 'center' || place === 'centre') place = ''
  var color = given.bg
  if (color && (/^.{6}00$/.test(color) || (color === 'ffffff' && given.format === 'jpg'))) color = ''
  var quality = given.q === DEFAULT_QUALITY[given.format] ? '' : given.q
  return [
    size.width + 'x' + size.height,
    fit,
    place,
    given.pad,
    given.crop,
    color && 'bg=' + color,
    given.format,
    quality,
    given.rotate,
    given.flop,
    given.flip,
    given.mono,
    given.sharpen,
    given.still,
    given.enlarge,
    given.blur,
    given.v,
  ].filter(Boolean)
}

/** The segment in the one spelling of a viewer's URL: `400x300,webp,q=70`. */
export function operationsPath(tokens) {
  return tokens.join(',').replace('bg=ffffff', 'white').replace('bg=000000', 'black').replace('bg=', '')
}

/** The segment in a rendition's key: `400x300_webp_q-70`. */
export function operationsKey(tokens, accepted) {
  return tokens
    .map(function (token) {
      return token === 'auto' ? 'auto-' + accepted : token.replace(/[=+]/g, '-')
    })
    .join('_')
}
