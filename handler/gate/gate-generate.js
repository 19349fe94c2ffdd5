/* global GENERATE, MOUNTS */
import { answer, quote, refusal } from './refusal.js'
import { signedPath } from './signature.js'
import { decode, refuseCharacters } from './text.js'

/**
 * The viewer-request function of the default behaviour, where the generator is signed or switched off. It changes no
 * path.
 */
export function handler(event) {
  try {
    refuseOthers(event.request.uri)
    if (!GENERATE.on) throw refusal('NOT_FOUND', 'no images are generated here.')
    if (GENERATE.signed) signedPath(event.request)
    return event.request
  } catch (error) {
    return answer(error, GENERATE.signed)
  }
}

/** CloudFront chose the behaviour by the normalised path, so a mount may hide in other spellings. */
function refuseOthers(uri) {
  if (uri.charAt(0) !== '/' || uri.indexOf('//') >= 0)
    throw refusal('BAD_ENCODING', quote(uri) + ' contains // : leave out a slash.')
  var path = decode(uri)
  refuseCharacters(path)
  var segments = path.split('/')
  segments.forEach(function (segment) {
    if (segment === '.' || segment === '..')
      throw refusal('BAD_ENCODING', quote(path) + ' contains a . or .. segment: leave it out.')
  })
  if (MOUNTS.hasOwnProperty(segments[1])) throw refusal('BAD_ENCODING', quote(path) + ' begins with a mount.')
}
