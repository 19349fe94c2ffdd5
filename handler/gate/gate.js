/* global MOUNTS */
import { accepted } from './accept.js'
import { operationsKey, operationsPath, readOperations } from './operations.js'
import { answer, quote, refusal } from './refusal.js'
import { refuseOtherSpelling, signedPath } from './signature.js'
import { looksLikeSize } from './size.js'
import { decode, encodeKey, escapeKey, refuseCharacters } from './text.js'

/**
 * The viewer-request function of the mounts. It checks signatures, and rewrites a viewer's path to the key of the
 * stored rendition, which is what CloudFront caches by. What it can't read is refused, never passed on.
 *
 * The query stays in the request: no policy of these behaviours forwards it or caches by it.
 */
export function handler(event) {
  // Nothing may keep an answer until the mount is known not to be signed.
  var state = { signed: true }
  try {
    return rewrite(event.request, state)
  } catch (error) {
    return answer(error, state.signed)
  }
}

function rewrite(request, state) {
  var uri = request.uri
  var name = uri.split('/', 2)[1] || ''
  var mount = uri.indexOf('/' + name + '/') === 0 && mountNamed(name)
  state.signed = mount && mount.signed
  // Each byte of a key has at most three characters in a path. What is longer isn't worth reading.
  if (uri.length > 4096) throw refusal('PATH_LIMIT', 'the path has ' + uri.length + ' characters.')
  // CloudFront chose the behaviour by the normalised path, and passes on the path as it was sent.
  if (!mount) throw refusal('BAD_ENCODING', quote(uri) + ' does not begin with a mount as it is written.')
  var signed = mount.signed && signedPath(request)
  var asked = read(uri.slice(name.length + 2), mount)
  var path = asked.tokens ? operationsPath(asked.tokens) + '/' : ''
  // The signer can't tell an original as it is stored from a file of the generator, whose escapes it keeps.
  if (signed && path) refuseOtherSpelling(signed, '/' + name + '/' + path + encodeKey(asked.key))
  var last = asked.tokens
    ? operationsKey(asked.tokens, accepted(request.headers && request.headers.accept))
    : 'as-is'
  var key = name + '/' + mount.generation + '/' + escapeKey(asked.key) + '/' + last
  if (key.length > 1024)
    throw refusal(
      'PATH_LIMIT',
      'the key of the rendition has ' + key.length + ' bytes, and 1024 is the limit.',
    )
  refuseNotAllowed(mount, path.slice(0, -1))
  request.uri = '/' + key
  return request
}

function mountNamed(name) {
  if (!MOUNTS.hasOwnProperty(name)) return undefined
  var row = MOUNTS[name]
  // In place of a list, 0 stands for any operations, and 1 for signed ones. A list may be empty.
  return { generation: row[0], side: row[1], asIs: row[2], signed: row[3] === 1, allow: row[3] }
}

/** @param rest of the path after the mount and a slash. */
function read(rest, mount) {
  if (('/' + rest).indexOf('//') >= 0) throw refusal('BAD_ENCODING', 'the path contains //.')
  var slash = (rest + '/').indexOf('/')
  var first = decode(rest.slice(0, slash))
  var tokens = first.split(',')
  if (!looksLikeSize(tokens[0])) return { key: readAsIsKey(rest) }
  refuseCharacters(first)
  return { tokens: readOperations(tokens, mount.side), key: readKey(rest.slice(slash + 1)) }
}

function readKey(raw) {
  if (!raw || raw.charAt(raw.length - 1) === '/') throw refusal('NOT_FOUND', 'the path names no picture.')
  var key = decode(raw)
  refuseCharacters(key)
  key.split('/').forEach(function (segment) {
    if (!segment || segment === '.' || segment === '..')
      throw refusal('BAD_ENCODING', quote(key) + ' contains an empty, . or .. segment.')
  })
  return key
}

function readAsIsKey(raw) {
  var key = readKey(raw)
  // It can only begin with a size if a slash is written %2F, and then its one spelling would mean a rendition.
  if (looksLikeSize(key.split('/')[0].split(',')[0]))
    throw refusal('NOT_FOUND', quote(key) + ' begins with a size.')
  return key
}

/** @param path the operations' one spelling; empty for the original as it is stored. */
function refuseNotAllowed(mount, path) {
  if (!path) {
    if (!mount.asIs) throw refusal('NOT_FOUND', 'write a size before the name, such as 400x300/.')
    return
  }
  if (mount.signed || mount.allow === 0) return
  var allowed = mount.allow.split(' ')
  if (allowed.indexOf(path) < 0)
    throw refusal(
      'NOT_ALLOWED',
      path +
        ' is not allowed here. Allowed: ' +
        allowed.slice(0, 5).join(' ') +
        (allowed.length > 5 ? ' …' : ''),
    )
}
