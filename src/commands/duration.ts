import { usageError } from '../lib/errors.js'

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
      `${option} ${text} is no duration.`,
      'Write a whole number and its unit: 30s, 10m, 2h or 3d.',
    )
  return Number(amount) * ms
}
