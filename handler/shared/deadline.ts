import { setMaxListeners } from 'node:events'

/** Milliseconds that are left to answer and to log, before Lambda ends the function. */
const MARGIN = 2_000

/** The deadline passed before the work was done. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed'
}

export interface Deadline {
  /** Milliseconds since the epoch. */
  at: number
  signal: AbortSignal
  /** Waits for `work`, which itself goes on after the deadline. @throws DeadlinePassed at the deadline. */
  limit<T>(work: Promise<T>): Promise<T>
  /** Stops the clock. */
  end(): void
}

/** @param remaining the milliseconds before Lambda ends the function. */
export function startDeadline(remaining: number): Deadline {
  const allowed = Math.max(0, remaining - MARGIN)
  const controller = new AbortController()
  // Every request of a generator adds a listener, and there may be many at once.
  setMaxListeners(0, controller.signal)
  const passed = new DeadlinePassed(
    `Not done within ${Math.round(allowed)} ms: the function's timeout, less ${MARGIN / 1000} s to answer in.`,
  )
  const timer = setTimeout(() => controller.abort(passed), allowed)
  return {
    at: Date.now() + allowed,
    signal: controller.signal,
    limit: (work) =>
      new Promise((resolve, reject) => {
        const abort = () => reject(passed)
        if (controller.signal.aborted) abort()
        controller.signal.addEventListener('abort', abort, { once: true })
        const stop = () => controller.signal.removeEventListener('abort', abort)
        work.then(resolve, reject).finally(stop)
      }),
    end: () => clearTimeout(timer),
  }
}
