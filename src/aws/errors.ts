/** What an error of AWS is called: the one thing to tell them apart by. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

export function isNamed(error: unknown, ...names: string[]): boolean {
  return names.includes(errorName(error))
}

/** The HTTP status of AWS's answer, if there was one. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode
}

/** Denied to whoever asks, in any service's spelling: S3's HEAD has no body to say it in. */
export function isDenied(error: unknown): boolean {
  return (
    isNamed(error, 'AccessDenied', 'AccessDeniedException') ||
    (statusOf(error) === 403 && isNamed(error, 'Unknown', '403', 'Forbidden'))
  )
}

/** One update of a thing at a time: others are asked to come again. */
export function isBusy(error: unknown): boolean {
  if (isNamed(error, 'OperationAborted', 'OperationAbortedException', 'ConcurrentModificationException'))
    return true
  return (
    isNamed(error, 'ResourceConflictException') &&
    error instanceof Error &&
    /is in progress|currently in the following state/i.test(error.message)
  )
}

/**
 * Waits for an answer where absence is one.
 * @param names of the errors that mean absent, and no others.
 */
export async function orAbsent<T>(asked: Promise<T>, ...names: string[]): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isNamed(error, ...names)) return undefined
    throw error
  }
}
