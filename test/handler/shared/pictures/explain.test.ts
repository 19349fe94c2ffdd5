import { describe, expect, it } from 'vitest'
import { describePicture, pictureWarning } from '../../../../handler/shared/pictures/explain.js'
import { PICTURE_GRAMMAR } from '../../../../handler/shared/pictures/grammar.js'
import { read, tokens } from './support.js'

describe('the description of a path', () => {
  it.each([
    ['400x300', { width: 400, height: 300, fit: 'cover', place: 'center', format: "the original's" }],
    ['400x,webp', { width: 400, height: 'in proportion to the width', format: 'webp', quality: 80 }],
    ['x300,png', { width: 'in proportion to the height', height: 300, format: 'png' }],
    ['400x300,inside,auto', { width: 400, height: 300, fit: 'inside', format: 'auto' }],
    [
      '400x300,face=2,pad=10,ff880080,avif,q=70,rotate=180,flop,mono,sharpen,enlarge,blur=3,v=b',
      {
        width: 400,
        height: 300,
        fit: 'cover',
        place: 'face=2',
        pad: 10,
        format: 'avif',
        background: '#ff880080',
        quality: 70,
        flip: true,
        mono: true,
        sharpen: true,
        enlarge: true,
        blur: 3,
        version: 'b',
      },
    ],
    [
      '400x300,crop=100x80+10+5,still,rotate=90',
      {
        width: 400,
        height: 300,
        fit: 'cover',
        place: 'center',
        crop: { width: 100, height: 80, left: 10, top: 5 },
        format: "the original's",
        rotate: 90,
        still: true,
      },
    ],
  ])('%s says what it asks for', (given, details) =>
    expect(describePicture(read(`/photos/${given}/a%20b.jpg`))).toEqual({
      mount: 'photos',
      original: 'a b.jpg',
      ...details,
    }),
  )

  it('of an original as it is stored names the original', () =>
    expect(describePicture(read('/photos/a.jpg'))).toEqual({ mount: 'photos', original: 'a.jpg' }))

  it('warns that face is a colour', () => {
    expect(pictureWarning(read('/photos/400x300,face/a.jpg'))).toContain('write faces or face=1')
    expect(pictureWarning(read('/photos/400x300,faces/a.jpg'))).toBeUndefined()
    expect(pictureWarning(read('/photos/a.jpg'))).toBeUndefined()
  })
})

describe('the table', () => {
  it('lists each row once in each order', () => {
    expect(new Set(PICTURE_GRAMMAR.canonicalOrder)).toEqual(new Set(PICTURE_GRAMMAR.tokens))
    expect(PICTURE_GRAMMAR.canonicalOrder).toHaveLength(PICTURE_GRAMMAR.tokens.length)
  })

  it('offers only values that are read', () => {
    for (const row of PICTURE_GRAMMAR.tokens)
      for (const { name, field } of [row, ...(row.form === 'word' ? (row.named ?? []) : [])]) {
        const values =
          field.kind === 'choice'
            ? field.choices
            : field.kind === 'number'
              ? [String(field.min), String(field.max)]
              : field.kind === 'pattern'
                ? [field.example]
                : field.kind === 'flag'
                  ? [name]
                  : ['ff8800']
        const isWord = row.form === 'word' && name === row.name
        for (const value of values) {
          const given = [isWord ? value : `${name}=${value}`]
          if (name === 'pad') given.push('faces')
          if (name === 'q') given.push('webp')
          expect(tokens(['400x300', ...given].join(','))).toContain('400x300')
        }
      }
  })
})
