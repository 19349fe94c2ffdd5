/** The name of an AWS error: what errors are matched by. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

export function isNamed(error: unknown, ...names: string[]): boolean {
  return names.includes(errorName(error))
}

/** The HTTP status of AWS's response, if there was one. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode
}

/** Whether access was denied, in any service's spelling. The response to a HEAD of S3 has no body with a name. */
export function isDenied(error: unknown): boolean {
  return (
    isNamed(error, 'AccessDenied', 'AccessDeniedException') ||
    (statusOf(error) === 403 && isNamed(error, 'Unknown', '403', 'Forbidden'))
  )
}

/** Whether AWS refuses because another update of the same resource is in progress. */
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
 * Waits for a response where absence is an answer too.
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
