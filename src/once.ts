/** Runs once, however often it is asked: everybody waits for the same. */
export function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return async () => (result ??= run())
}
