import os from 'node:os'
import path from 'node:path'

/** The shortest form of a path: relative to the working directory, relative to the home folder, or absolute. */
export function readablePath(place: string, cwd = process.cwd(), home = os.homedir()): string {
  const fromHome = path.relative(home, place)
  const below = fromHome !== '' && !fromHome.startsWith('..') && !path.isAbsolute(fromHome)
  return [
    path.relative(cwd, place) || '.',
    ...(below ? [`~${path.sep}${fromHome}`] : []),
    path.resolve(place),
  ].reduce((shortest, one) => (one.length < shortest.length ? one : shortest))
}
