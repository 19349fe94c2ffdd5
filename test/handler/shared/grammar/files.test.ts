import { describe, expect, it } from 'vitest'
import { grammar, rejection } from './support.js'

describe('a path is a file’s', () => {
  it.each([
    '/favicon.ico',
    '/robots.txt',
    '/white,640x480',
    '/white',
    '/png',
    '/x5',
    '/x5x5',
    '/@2x',
    '/,640x480',
    '/-',
    '/--5x5',
    '/.5x5',
    '/e3',
    '/640x480.png',
    '/640x480%2Cwhite',
    '/640 x480',
    '/ 640x480',
    '/640x480%20',
    '/640×480',
    '/640*480',
    '/10px',
    '/404.html',
    '/12-monkeys.jpg',
    '/１００x１００',
    '/٣x٣',
    '/images/640x480',
    '/640x480/',
    '/640x480/white,png',
    '/640x480,white/png',
    '/640x480,text=a/b',
    '//640x480',
    '/640x480%0a',
    '/640x480%ZZ',
    '',
    '/',
    '640x480',
  ])('%s', (path) => {
    expect(grammar.parse(path)).toBeUndefined()
  })
})

describe('a path is an image’s, right or wrong, if it starts like a size', () => {
  it.each([
    '/0',
    '/-1',
    '/+1',
    '/5x',
    '/5xx',
    '/5x5x5',
    '/1e3',
    '/1E3X5',
    '/1.5',
    '/1..',
    '/1-2+3',
    '/5@',
    '/5@2x.png',
    '/5x5@anything at all',
    '/%35x5@9',
    '/5%785x5',
    '/%2D5',
  ])('%s', (path) => {
    expect(rejection(() => grammar.parse(path)).code).toBe('BAD_SIZE')
  })

  it.each(['/404', '/2024', '/5x5'])('%s', (path) => {
    expect(grammar.parse(path)).toBeDefined()
  })
})
