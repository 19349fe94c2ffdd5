import { usageError } from './errors.js'

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Reads `30s`, `10m`, `2h`, `3d`.
 * @param option whose value it is, such as `--since`.
 * @returns milliseconds.
 * @throws GenatoError BAD_DURATION
 */
export function readDuration(text: string, option: string): number {
  const [, amount, unit = ''] = /^(\d{1,5})([smhd])$/.exec(text.trim()) ?? []
  const ms = UNITS[unit]
  if (amount === undefined || ms === undefined)
    throw usageError(
      'BAD_DURATION',
      `${option} ${text} is not a duration.`,
      'Write a whole number and its unit: 30s, 10m, 2h or 3d.',
    )
  return Number(amount) * ms
}

/** Of a command or a wait: `2.5 s`, `45 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
}

/** Of a wait that isn't over: whole seconds, which count up one by one. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return seconds < 10 ? `${seconds} s` : duration(seconds * 1000)
}

/** Of a request: `0.4 ms`, `41 ms`, `12.3 s`. */
export function timeText(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 10 ? `${Number(ms.toFixed(1))} ms` : `${Math.round(ms)} ms`
}

/** `320 B`, `3.2 kB`, `1.2 MB`, in decimal units. @param digits of megabytes, after the point. */
export function sizeText(bytes: number, digits = 1): string {
  if (bytes < 1_000) return `${bytes} B`
  // From 999,950 bytes, one decimal of a kB would be 1000.0.
  return bytes < 999_950 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(digits)} MB`
}

/** In MB of 1,048,576 bytes, as AWS counts its quotas. */
export function quotaText(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
