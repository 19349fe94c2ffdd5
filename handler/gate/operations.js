import { quote, refusal } from './refusal.js'
import { readSize } from './size.js'
import { matches } from './text.js'

/** The rows of the table in the URL reference, in the order of the one spelling. */
var ROWS = 'fit place pad crop bg format q rotate flop flip mono sharpen still enlarge blur v'.split(' ')

/** The words of the rows that have several. */
var WORDS = {
  fit: 'cover contain inside',
  place: 'center centre top bottom left right topleft topright bottomleft bottomright smart faces',
  bg: 'white black transparent',
  format: 'jpg jpeg png webp avif gif auto json',
}

/** The words that are rows themselves. */
var FLAGS = 'flop flip mono sharpen still enlarge'

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
    if (has(FLAGS, word)) return give(given, word, word, token)
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

function refuseConflicts(given, size) {
  var format = given.format || "the original's format"
  var place = given.place || ''
  if (place) {
    refuseIf(!size.width || !size.height, place, 'one side')
    refuseIf(
      given.fit === 'inside' || (given.fit === 'contain' && /^(smart|fa|at)/.test(place)),
      place,
      given.fit,
    )
  }
  var faces = place.indexOf('face') === 0
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

/** Some points have a name, and the one in the middle is the default. */
function readPlace(place) {
  var point = /^at=(0|50|100)x(0|50|100)$/.exec(place)
  if (point)
    return { 0: 'top', 50: '', 100: 'bottom' }[point[2]] + { 0: 'left', 50: '', 100: 'right' }[point[1]]
  return place.indexOf('cent') === 0 ? '' : place
}

/**
 * Reads the segment between the mount and the original's key.
 * @param tokens decoded. The first one looks like a size.
 * @returns the tokens in their one spelling and order. A background is `bg=` and six or eight hex digits.
 */
export function readOperations(tokens, longest) {
  var size = readSize(tokens[0], longest)
  var given = {}
  for (var i = 1; i < tokens.length; i++) readToken(given, tokens[i])
  if (given.format === 'jpeg') given.format = 'jpg'
  if (given.bg) given.bg = readColor(given.bg)
  if (!size.width || !size.height) given.fit = ''
  refuseConflicts(given, size)
  if (given.fit === 'cover') given.fit = ''
  given.place = readPlace(given.place || '')
  var color = given.bg
  if (color)
    given.bg = /^.{6}00$/.test(color) || (color === 'ffffff' && given.format === 'jpg') ? '' : 'bg=' + color
  if (given.q === DEFAULT_QUALITY[given.format]) given.q = ''
  turn(given)
  return [size.width + 'x' + size.height].concat(
    ROWS.map(function (row) {
      return given[row]
    }).filter(function (token) {
      return token
    }),
  )
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
