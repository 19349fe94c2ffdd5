import { setTimeout as sleep } from 'node:timers/promises'

/** Time, as everything that waits sees it: tests give it another. */
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
