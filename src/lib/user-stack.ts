import path from 'node:path'
import { packageRoot } from './package-root.js'

/** A stack without the frames of genato itself, and of Node. */
export function userStack(error: string): string {
  const own = ['handler', 'dist'].map((folder) => path.join(packageRoot(), folder) + path.sep)
  return error
    .split('\n')
    .filter((line) => !/^\s+at /.test(line) || ![...own, 'node:'].some((place) => line.includes(place)))
    .join('\n')
}
