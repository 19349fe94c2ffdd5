const TIMEOUT = 35_000

/** @returns how long a first and a second request take, in ms, or `undefined` if the URL can't be reached. */
export async function timeRequests(
  url: string,
  signal: AbortSignal,
): Promise<{ first: number; second: number } | undefined> {
  const time = async () => {
    const started = performance.now()
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]) })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    return performance.now() - started
  }
  try {
    return { first: await time(), second: await time() }
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
