import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearest } from '../../../../handler/shared/grammar/nearest.js'
import { characterOf } from './support.js'

const WORDS = ['text', 'fg', 'q', 'white', 'whitesmoke', 'png', 'jpg']

describe('a word that resembles a known one', () => {
  it.each([
    ['a letter missing', 'whte', 'white'],
    ['a letter too many', 'whitte', 'white'],
    ['a wrong letter', 'wkite', 'white'],
    ['two neighbours swapped', 'wihte', 'white'],
    ['two neighbours swapped in a short word', 'pgn', 'png'],
    ['upper case', 'WHTE', 'white'],
    ['three letters wrong in ten', 'wxitexxoke', 'whitesmoke'],
    ['half of two', 'fx', 'fg'],
    ['the word itself', 'q', 'q'],
  ])('%s: %s means %s', (_, word, meant) => {
    expect(nearest(word, WORDS)).toBe(meant)
  })

  it.each([
    ['another word', 'blueberry'],
    ['too much wrong', 'wxxte'],
    ['nothing', ''],
    ['one letter that is wrong', 'w'],
    ['two letters that are wrong', 'xy'],
    ['four letters wrong in ten', 'wxitxxxoke'],
  ])('%s means none', (_, word) => {
    expect(nearest(word, WORDS)).toBeUndefined()
  })

  it('means the nearest, and of two equally near the first', () => {
    expect(nearest('gray', ['grey', 'gray'])).toBe('gray')
    expect(nearest('gruy', ['grey', 'gray'])).toBe('grey')
    expect(nearest('gruy', ['gray', 'grey'])).toBe('gray')
    expect(nearest('white', [])).toBeUndefined()
  })

  it('may differ in case, and be longer by a third', () => {
    expect(nearest('EXPIREimagesafterday', ['expireImagesAfterDays'])).toBe('expireImagesAfterDays')
    expect(nearest('abcd', ['abcdef'])).toBe('abcdef')
    expect(nearest('abc', ['abcdef'])).toBeUndefined()
  })

  it('has at most 40 letters, because the time to compare grows with the product of both lengths', () => {
    expect(nearest('a'.repeat(40), ['a'.repeat(40)])).toBe('a'.repeat(40))
    expect(nearest('a'.repeat(41), ['a'.repeat(41)])).toBeUndefined()
  })
})

it('any two strings can be compared, and the result is one of the candidates', () => {
  const word = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...WORDS))
  fc.assert(
    fc.property(word, fc.array(word), (wanted, candidates) => {
      const found = nearest(wanted, candidates)
      if (found !== undefined) expect(candidates).toContain(found)
    }),
    { numRuns: 2000 },
  )
})

it('a word of 9 letters or more survives any one typing error', () => {
  const long = fc.string({ unit: characterOf('abcdefghij'), minLength: 9, maxLength: 30 })
  fc.assert(
    fc.property(long, fc.nat(), fc.constantFrom('', 'z', 'zz'), (word, position, instead) => {
      const at = position % word.length
      expect(nearest(word.slice(0, at) + instead + word.slice(at + 1), ['zzz', word])).toBe(word)
    }),
    { numRuns: 1000 },
  )
})
