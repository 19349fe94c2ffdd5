/* global CRYPTO, KEYS */
import { refusal } from './refusal.js'
import { decode, encode, matches } from './text.js'

/** Gives a path's escapes their one spelling: `respell` of handler/shared/pictures/signed-text.ts. */
function respell(uri) {
  return uri
    .split('/')
    .map(function (segment) {
      // Most segments: calls from a pattern are slow in njs.
      if (matches(/^[\w.~,=+-]*/, segment)) return segment
      return segment.replace(/[^,=+]+/g, function (run) {
        return encode(decode(run))
      })
    })
    .join('/')
}

function hmac(key, text) {
  return CRYPTO.createHmac('sha256', key).update(text).digest('base64url')
}

function isSigned(path, expires, signature) {
  var valid = false
  for (var i = 0; i < KEYS.length; i++) {
    var key = Buffer.from(KEYS[i], 'base64url')
    var right = hmac(key, 'genato-1\n' + path + '\n' + expires).slice(0, 22)
    // The runtime has no comparison in constant time. Comparing the HMACs of both tells nothing about either.
    if (hmac(key, signature) === hmac(key, right)) valid = true
  }
  return valid
}

/** The value of a parameter that is given once. */
function once(parameter) {
  return parameter && !parameter.multiValue ? parameter.value : ''
}

/**
 * Checks `?sig=…` or `?exp=<unix seconds>&sig=…`.
 * @returns the path that was signed.
 */
export function signedPath(request) {
  var query = request.querystring || {}
  // CloudFront documents no order for the names.
  var names = Object.keys(query).sort().join()
  var signature = once(query.sig)
  var expires = names === 'sig' ? '' : once(query.exp)
  if (
    (names !== 'sig' && (names !== 'exp,sig' || !matches(/^[1-9]\d{0,11}$/, expires))) ||
    !matches(/^[\w-]{22}$/, signature)
  )
    throw refusal('BAD_SIGNATURE', 'the query must be ?sig=SIGNATURE or ?exp=SECONDS&sig=SIGNATURE.')
  var path
  try {
    path = respell(request.uri)
  } catch (error) {
    throw refusal('BAD_SIGNATURE', 'the path is not UTF-8.')
  }
  if (!isSigned(path, expires, signature))
    throw refusal('BAD_SIGNATURE', 'the signature is not that of this path and expiry.')
  if (expires && Number(expires) * 1000 <= Date.now())
    throw refusal('EXPIRED', 'the URL was valid until ' + expires + ' (Unix seconds).')
  return path
}

/** Another spelling of a signed path would be the same picture under another URL, which browsers cache again. */
export function refuseOtherSpelling(signed, canonical) {
  if (signed !== canonical) throw refusal('BAD_SIGNATURE', 'sign the path in its one spelling: ' + canonical)
}
