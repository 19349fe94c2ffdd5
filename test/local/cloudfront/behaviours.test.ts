import { expect, it } from 'vitest'
import { BEHAVIOURS } from '../../../templates/distribution.js'
import { behaviourChooser } from '../../../src/local/cloudfront/behaviours.js'

function chosen(patterns: string[], path: string): string {
  const [usual] = BEHAVIOURS
  const choose = behaviourChooser([...patterns, '*'].map((pattern) => ({ ...usual!, path: pattern })))
  return choose(path).path
}

it.each([
  ['/photos/*', '/photos/a.jpg', true],
  ['photos/*', '/photos/a.jpg', true],
  ['/photos/*', '/photos/', true],
  ['/photos/*', '/photos', false],
  ['/photos/*', '/Photos/a.jpg', false],
  ['/photos/*', '/photos/2024/05/a.jpg', true],
  ['/photos/*', '/x/photos/a.jpg', false],
  ['*.jpg', '/deep/er/a.jpg', true],
  ['*.jpg', '/a.jpgx', false],
  ['/a?.png', '/ab.png', true],
  ['/a?.png', '/a.png', false],
  ['/a?.png', '/abc.png', false],
  ['/a.b', '/axb', false],
  ['/$(x)+', '/$(x)+', true],
  // Normalised as RFC 3986 says.
  ['/photos/*', '/%70hotos/a.jpg', true],
  ['/photos/*', '/other/../photos/a.jpg', true],
  ['/photos/*', '/photos/../other/a.jpg', false],
  ['/photos/*', '/./photos/x', true],
  ['/photos/*', '//photos//x', true],
  ['/photos/*', '/photos%2fx', false],
  ['/a/b*', '/a/b/..', false],
  ['/a*', '/a/b/..', true],
  ['/a*', '/a/%2e%2e/b', false],
])('the pattern %s for %s: %s', (pattern, path, matches) => {
  expect(chosen([pattern], path)).toBe(matches ? pattern : '*')
})

it('the first matching pattern wins, even over a longer one', () => {
  expect(chosen(['/a/*', '/a/b/*'], '/a/b/c')).toBe('/a/*')
  expect(chosen(['/a/b/*', '/a/*'], '/a/b/c')).toBe('/a/b/*')
})
