/** `45 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
}

/** The same for something that is still running: in whole seconds, which count up one by one. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return seconds < 10 ? `${seconds} s` : duration(seconds * 1000)
}

/** In kB, and from 100 kB in MB. @param digits of the MB, after the point. */
export function sizeText(bytes: number, digits = 1): string {
  return bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(digits)} MB`
}

/** In MB of 1,048,576 bytes, as AWS counts its quotas. */
export function quotaText(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
