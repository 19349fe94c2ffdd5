import type { BuildFailure, Message } from 'esbuild'

export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}

/** `file.ts:3:10: what is wrong`, with a place that editors can jump to. */
export function formatMessage({ location, text }: Message): string {
  return location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text
}
