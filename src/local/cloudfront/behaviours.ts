import type { Behaviour } from '../../../templates/distribution.js'

/**
 * Chooses the behaviour that serves a path: the first in the list whose pattern matches the normalised path.
 * Source: CloudFront developer guide, "Cache behavior settings", path pattern.
 * @param behaviours in order of precedence. The default one, `*`, comes last.
 */
export function behaviourChooser<Chosen extends Pick<Behaviour, 'path'>>(
  behaviours: readonly Chosen[],
): (path: string) => Chosen {
  const patterns = behaviours.map((behaviour) => ({ behaviour, pattern: patternOf(behaviour.path) }))
  return (path) => {
    const normalised = normalise(path)
    const found = patterns.find(({ pattern }) => pattern.test(normalised))
    if (!found) throw new Error(`No behaviour matches ${path}: the list has no default, *.`)
    return found.behaviour
  }
}

/**
 * `*` is any number of characters, slashes too, `?` is one. Case counts, and the leading slash may be left
 * out.
 */
function patternOf(path: string): RegExp {
  const escaped = path.replace(/^\//, '').replace(/[$()+.[\\\]^{|}]/g, String.raw`\$&`)
  return new RegExp(`^/${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
}

/**
 * As CloudFront normalises a path to choose the behaviour; the origin gets the path as it came. The guide
 * names RFC 3986 (section 6.2.2: escapes and dot segments); repeated slashes count as one.
 */
function normalise(path: string): string {
  const segments: string[] = []
  const plain = path.replace(/%([0-9a-f]{2})/gi, (escape, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16))
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase()
  })
  const parts = plain
    .replace(/\/{2,}/g, '/')
    .slice(1)
    .split('/')
  for (const part of parts) {
    if (part === '..') segments.pop()
    else if (part !== '.') segments.push(part)
  }
  // What ends in a dot segment is a folder.
  if (/^\.\.?$/.test(parts.at(-1) ?? '')) segments.push('')
  return `/${segments.join('/')}`
}
