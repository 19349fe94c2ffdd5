import { GenatoError } from '../../src/lib/errors.js'

/** The error that this work fails with. */
export async function failure(work: Promise<unknown>): Promise<GenatoError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof GenatoError) return error
  throw new Error(`No GenatoError, but ${String(error)}`)
}
