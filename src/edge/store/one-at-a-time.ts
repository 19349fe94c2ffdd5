export type OneAtATime = <T>(name: string, task: () => Promise<T>) => Promise<T>

/** Runs tasks of one name one after the other, in the order given, and those of different names at once. */
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
