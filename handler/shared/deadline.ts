import { setMaxListeners } from 'node:events'

/** The generator ends this long before Lambda would end the function, in ms: time to answer and to log. */
const MARGIN = 2_000

/** The deadline passed before the work was done. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed'
}

export interface Deadline {
  /** Milliseconds since the epoch. */
  at: number
  signal: AbortSignal
  /** @throws DeadlinePassed as soon as that is so, whatever `work` does then. */
  limit<T>(work: Promise<T>): Promise<T>
  /** Stops the clock. */
  end(): void
}

/** @param remaining what Lambda says is left, in ms. */
export function startDeadline(remaining: number): Deadline {
  const allowed = Math.max(0, remaining - MARGIN)
  const controller = new AbortController()
  // However many requests a generator makes at once: each listens.
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
