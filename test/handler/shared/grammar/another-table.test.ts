import { describe as group, expect, it } from 'vitest'
import { BadRequest } from '../../../../handler/shared/contract.js'
import { didYouMean } from '../../../../handler/shared/grammar/nearest.js'
import { parse } from '../../../../handler/shared/grammar/parse.js'
import { suggest } from '../../../../handler/shared/grammar/suggest.js'
import type { Grammar, Option, Word } from '../../../../handler/shared/grammar/token.js'
import { describe } from '../../../../handler/shared/grammar/describe.js'
import { canonicalKey, canonicalPath } from '../../../../handler/shared/grammar/write.js'
import { rejection } from './support.js'

interface Params {
  width: number
  fit: string
  blur: number
}
interface Rules {
  limits: { path: number }
}

const FITS = ['cover', 'contain', 'inside']
const RULES: Rules = { limits: { path: 100 } }

const fit: Word<Params, Rules, string> = {
  form: 'word',
  name: 'fit',
  field: { kind: 'choice', choices: FITS },
  code: 'BAD_FIT',
  spellings: FITS,
  read: (word) => FITS.find((known) => known === word),
  wrong: (word) => new BadRequest('BAD_FIT', `${word} is not a fit: ${didYouMean(word, FITS)}`),
  settle: (value = 'cover') => ({ fit: value }),
  write: (params) => (params.fit === 'cover' ? undefined : params.fit),
  describe: (params) => ({ fit: params.fit }),
}

const blur: Option<Params, Rules, number> = {
  form: 'option',
  name: 'blur',
  field: { kind: 'number', min: 1, max: 100 },
  code: 'BAD_BLUR',
  read: (value) => (/^[1-9]\d?$/.test(value) ? Number(value) : undefined),
  wrong: (value) => new BadRequest('BAD_BLUR', `${value} is not a blur.`),
  settle: (value = 0) => ({ blur: value }),
  refuse(_, params) {
    if (params.fit === 'inside') throw new BadRequest('CONFLICT', 'inside has no blur')
  },
  write: (params) => (params.blur === 0 ? undefined : String(params.blur)),
  describe: (params) => ({ blur: params.blur }),
}

const GRAMMAR: Grammar<Params, Rules> = {
  head: {
    name: 'size',
    code: 'BAD_SIZE',
    usual: '100x',
    claims: (token) => /^\d+x$/.test(token),
    repeats: (token) => /^\d+x$/.test(token),
    read: (token) => ({ width: Number.parseInt(token, 10) }),
    write: ({ width }) => `${width}x`,
    describe: ({ width }) => ({ width }),
  },
  tokens: [fit, blur],
  canonicalOrder: [blur, fit],
}

group('a grammar with other tokens', () => {
  it('reads tokens in any order, and leaves defaults out of the path', () => {
    const params = { width: 300, fit: 'contain', blur: 5 }
    expect(parse(GRAMMAR, '/300x,contain,blur=5', RULES)).toEqual(params)
    expect(parse(GRAMMAR, '/300x,BLUR=5,contain', RULES)).toEqual(params)
    expect(canonicalPath(GRAMMAR, params, RULES)).toBe('/300x,blur=5,contain')
    expect(canonicalKey(GRAMMAR, params, RULES)).toBe('300x/blur-5/contain')
    expect(canonicalPath(GRAMMAR, { ...params, fit: 'cover', blur: 0 }, RULES)).toBe('/300x')
  })

  it('explains an image, and suggests one for a wrong separator', () => {
    expect(describe(GRAMMAR, { width: 3, fit: 'cover', blur: 1 })).toEqual({
      width: 3,
      fit: 'cover',
      blur: 1,
    })
    expect(suggest(GRAMMAR, '/300x/contain', RULES)).toBe('/300x,contain')
    expect(suggest(GRAMMAR, '/contain/blur=5', RULES)).toBe('/100x,contain,blur=5')
  })

  it.each([
    ['/1x,contian', 'BAD_FIT', 'did you mean contain?'],
    ['/1x,cover,contain', 'BAD_FIT', '"contain" is a second fit after "cover"'],
    ['/1x,2x', 'BAD_SIZE', '"2x" is a second size'],
    ['/1x,blur=0', 'BAD_BLUR', '0 is not a blur'],
    ['/1x,blurr=5', 'BAD_OPTION', 'did you mean blur? Otherwise the options are blur='],
    ['/1x,cover,what', 'BAD_OPTION', 'fit is given already'],
    ['/1x,inside,blur=5', 'CONFLICT', 'inside has no blur'],
    ['/1x,', 'BAD_OPTION', 'remove the comma.'],
  ])('rejects %s with %s', (path, code, message) => {
    const error = rejection(() => parse(GRAMMAR, path, RULES))
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
  })
})
