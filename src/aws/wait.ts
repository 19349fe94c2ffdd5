import { duration } from '../lib/units.js'
import { isUnfinished, type GenatoError } from '../lib/errors.js'
import type { Session } from './session.js'

export interface Wait<T> {
  /** Completes `waiting for`, such as `the distribution to be deployed`. */
  title: string
  /** Looks once. `undefined`: not yet. */
  look: () => Promise<T | undefined>
  /** In ms. */
  timeout: number
  /** Between looks, in ms: the first, growing by half each time to the last. */
  pauses: [first: number, last: number]
  /** How long it usually takes, such as `3 to 10 min`. */
  usual?: string
  /** What is known so far, for the progress line. */
  detail?: () => string
  /** The error after the timeout. */
  late: () => GenatoError
}

type Waiting = Pick<Session, 'clock' | 'signal' | 'reporter'>

/**
 * Looks until there is a result. An error of `look` ends it, so that no failure is mistaken for "not yet".
 * @throws the error of `late`; the signal's reason.
 */
export async function waitFor<T>(session: Waiting, wait: Wait<T>): Promise<T> {
  const { clock, signal } = session
  // Nothing is printed if there is nothing to wait for.
  const first = await wait.look()
  if (first !== undefined) return first
  if (wait.timeout <= 0) throw wait.late()
  const started = clock.now()
  const step = session.reporter.step(`waiting for ${wait.title}`, undefined, { usual: wait.usual })
  try {
    for (let pause = wait.pauses[0]; ; pause = Math.min(pause * 1.5, wait.pauses[1])) {
      const passed = clock.now() - started
      if (passed >= wait.timeout) throw wait.late()
      step.update(wait.detail?.() ?? '')
      await clock.sleep(Math.min(pause, wait.timeout - passed), signal)
      const found = await wait.look()
      if (found === undefined) continue
      step.done(duration(clock.now() - started))
      return found
    }
  } catch (error) {
    if (isUnfinished(error)) step.done('not yet')
    else step.failed()
    throw error
  }
}

export interface Retry {
  /** Whether a retry may help. */
  passing: (error: unknown) => boolean
  /** In ms. */
  timeout: number
  pauses: [first: number, last: number]
}

/** Retries while errors are known to pass. @throws the last error. */
export async function retryWhile<T>(
  { clock, signal }: Waiting,
  { passing, timeout, pauses: [first, last] }: Retry,
  run: () => Promise<T>,
): Promise<T> {
  const started = clock.now()
  for (let pause = first; ; pause = Math.min(pause * 1.5, last)) {
    try {
      return await run()
    } catch (error) {
      if (!passing(error) || clock.now() - started + pause > timeout) throw error
      await clock.sleep(pause, signal)
    }
  }
}
