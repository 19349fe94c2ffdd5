import { setTimeout as sleep } from 'node:timers/promises'

/** The time for everything that waits. Tests pass their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** @throws the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    signal.throwIfAborted()
    await sleep(ms, undefined, { signal }).catch(() => undefined)
    signal.throwIfAborted()
  },
}
