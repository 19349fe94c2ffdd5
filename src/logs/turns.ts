/** Runs what it is given one after another, whatever fails. */
export type InTurn = <T>(run: () => Promise<T>) => Promise<T>

export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return async (run) => {
    const mine = last.then(run)
    last = mine.catch(() => undefined)
    return mine
  }
}
