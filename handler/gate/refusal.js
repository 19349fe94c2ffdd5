// The gate's answers. ES5 throughout this folder: see test/handler/gate/language.ts.

var STATUS = { BAD_SIGNATURE: 403, NOT_ALLOWED: 403, NOT_FOUND: 404, EXPIRED: 410 }

/** What the gate throws: an error code of the URL reference, and a sentence. */
export function refusal(code, sentence) {
  return { code: code, sentence: sentence }
}

/** A viewer's text for a sentence: cut so that an answer stays small, with markup and all beyond ASCII escaped. */
export function quote(text) {
  return JSON.stringify(text.slice(0, 60)).replace(/[^ -;=?-~]/g, function (character) {
    return '\\u' + ('000' + character.charCodeAt(0).toString(16)).slice(-4)
  })
}

/**
 * The response for whatever was thrown. A mistake of the gate's own is refused too: CloudFront answers 503 for a
 * function that throws, and throttles it for minutes after many of them.
 * @param signed whether the answer may depend on a signature or on the time. Then no cache may keep it.
 */
export function answer(error, signed) {
  var known = error && error.sentence
  var code = known ? error.code : signed ? 'BAD_SIGNATURE' : 'BAD_ENCODING'
  var status = STATUS[code] || 400
  return {
    statusCode: status,
    statusDescription: code,
    headers: {
      'content-type': { value: 'text/plain; charset=utf-8' },
      'cache-control': {
        value: signed || !known ? 'no-store' : 'public, max-age=' + (status === 400 ? 3600 : 60),
      },
      'x-content-type-options': { value: 'nosniff' },
    },
    body: code + ': ' + (known ? error.sentence : 'the request could not be read.') + '\n',
  }
}
