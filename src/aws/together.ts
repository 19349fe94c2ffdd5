/**
 * The errors of tasks that ran side by side. A class of its own, because Node.js throws AggregateError too: for one
 * connection that failed at each address of its host.
 */
export class Several extends Error {
  override readonly name = 'Several'
  constructor(readonly errors: readonly unknown[]) {
    super(`${errors.length} things failed.`)
  }
}

/**
 * Waits for all tasks, even if some fail. Calls may be nested: Several never contains another Several.
 * @throws the error, or Several.
 */
export async function together<T extends readonly unknown[]>(
  tasks: readonly [...{ [I in keyof T]: Promise<T[I]> }],
): Promise<T> {
  const settled = await Promise.allSettled(tasks as readonly Promise<unknown>[])
  const errors = settled.flatMap((result) => (result.status === 'rejected' ? errorsOf(result.reason) : []))
  // The same error, such as an interruption, is reported once.
  const different = [...new Set(errors)]
  if (different.length > 1) throw new Several(different)
  if (different.length === 1) throw different[0]
  return settled.map((result) => (result.status === 'fulfilled' ? result.value : undefined)) as unknown as T
}

/** The errors that an error stands for. */
export function errorsOf(error: unknown): readonly unknown[] {
  return error instanceof Several ? error.errors : [error]
}
