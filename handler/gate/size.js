import { quote, refusal } from './refusal.js'
import { matches } from './text.js'

/** Whether a token claims to be a size, right or wrong: `4x3`, `0x`, `x1.5`, `4x@9`. */
export function looksLikeSize(token) {
  var sides = token.split('@', 1)[0]
  return (
    matches(/^[\d.]*x[\d.]*$/i, sides) &&
    /\d/.test(token) &&
    !/[\n\r\u2028\u2029]/.test(token.slice(sides.length))
  )
}

/** @returns `{ width, height }`, each as text, and empty where it is left out. */
export function readSize(token, longest) {
  var pattern = /^([1-9]\d{0,4})?x([1-9]\d{0,4})?(@[23]x)?$/i
  var match = matches(pattern, token) ? pattern.exec(token) : []
  var scale = match[3] ? Number(match[3].charAt(1)) : 1
  var width = match[1] ? Number(match[1]) * scale : 0
  var height = match[2] ? Number(match[2]) * scale : 0
  if (!width && !height)
    throw refusal('BAD_SIZE', quote(token) + ' is not a size such as 400x300, 400x, x300 or 400x300@2x.')
  if (width > longest || height > longest)
    throw refusal('SIZE_LIMIT', quote(token) + ' has a side over ' + longest + ' pixels.')
  return { width: width || '', height: height || '' }
}
