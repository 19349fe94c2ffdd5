import path from 'node:path'
import { packageRoot } from './package-root.js'

/** A stack trace without the frames of genato and Node. */
export function userStack(error: string): string {
  const own = ['handler', 'dist'].map((folder) => path.join(packageRoot(), folder) + path.sep)
  return error
    .split('\n')
    .filter((line) => !/^\s+at /.test(line) || ![...own, 'node:'].some((place) => line.includes(place)))
    .join('\n')
}
