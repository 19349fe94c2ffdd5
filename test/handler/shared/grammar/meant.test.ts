import { describe, expect, it } from 'vitest'
import { grammar, rejection } from './support.js'

describe('a file’s path with an image’s tokens in it', () => {
  it.each([
    ['/640x480.png', '/640x480,png'],
    ['/640.jpeg', '/640,jpeg'],
    ['/white/png', '/640x480,white,png'],
    ['/640x480/white.png', '/640x480,white,png'],
    ['/640x480%3Ftext%3DHi%20you', '/640x480,text=Hi%20you'],
  ])('%s was meant to be %s', (path, image) => {
    expect(grammar.parse(path)).toBeUndefined()
    expect(grammar.suggest(path)).toBe(image)
    expect(grammar.parse(image)).toBeDefined()
  })

  it.each(['/logo.png', '/robots.txt', '/add', '/a/b', '/images/white.png', `/640x480/${'a'.repeat(400)}`])(
    '%s was not meant to be an image',
    (path) => expect(grammar.suggest(path)).toBeUndefined(),
  )
})

describe('a comma in a text', () => {
  it.each([
    ['/640x480,text=Hello, World', 'text=Hello%2C%20World'],
    ['/640x480,navy,text=Hello, red, World,png', 'text=Hello%2C%20red%2C%20World'],
    ['/640x480,text=Hello,World', 'text=Hello%2CWorld'],
  ])('%s should be %s', (path, right) => {
    const { code, message } = rejection(() => grammar.parse(path))
    expect(code).toBe('BAD_OPTION')
    expect(message).toContain('%2C')
    expect(message).toContain(right)
  })

  it('is not assumed for a misspelt colour after a text', () => {
    expect(rejection(() => grammar.parse('/640x480,text=Hi,nvay')).message).toContain('did you mean navy')
  })
})

it('a format after a dot gets the hint to put it after a comma', () => {
  expect(rejection(() => grammar.parse('/640x480,white.png')).message).toContain('"white,png"')
})

it('a ? in a token gets the hint to write a comma', () => {
  expect(rejection(() => grammar.parse('/640x480,white%3Ftext=Hi')).message).toContain(',text=')
})
