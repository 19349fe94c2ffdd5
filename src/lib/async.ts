/** Runs once, however often it is called: all callers get the same promise. */
export function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return async () => (result ??= run())
}

/** Runs a task once the earlier tasks of its name have ended, failed or not. */
export type OneAtATime = <T>(name: string, task: () => Promise<T>) => Promise<T>

/** Runs tasks of one name one after the other, in order, and tasks of different names in parallel. */
export function oneAtATime(): OneAtATime {
  const tails = new Map<string, Promise<void>>()
  return async (name, task) => {
    const result = after(tails.get(name), task)
    const tail = forgetWhenDone()
    tails.set(name, tail)
    return result

    async function forgetWhenDone(): Promise<void> {
      await Promise.allSettled([result])
      if (tails.get(name) === tail) tails.delete(name)
    }
  }
}

async function after<T>(previous: Promise<void> | undefined, task: () => Promise<T>): Promise<T> {
  await previous
  return task()
}

/** Promise.withResolvers, which Node 20 lacks. */
export function withResolvers<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((res, rej) => {
    resolve = res
    reject = rej
  })
  return { promise, resolve, reject }
}
