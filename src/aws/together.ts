/** Several errors of things that ran side by side. */
export class Several extends Error {
  override readonly name = 'Several'
  constructor(readonly errors: readonly unknown[]) {
    super(`${errors.length} things failed.`)
  }
}

/**
 * Runs side by side what does not depend on each other, and waits for all of it, whatever fails.
 * @throws the error, or Several of them.
 */
export async function together<T extends readonly unknown[]>(
  tasks: readonly [...{ [I in keyof T]: Promise<T[I]> }],
): Promise<T> {
  const settled = await Promise.allSettled(tasks as readonly Promise<unknown>[])
  const errors = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  // The same reason, such as being interrupted, is told once.
  const different = [...new Set(errors)]
  if (different.length > 1) throw new Several(different)
  if (different.length === 1) throw different[0]
  return settled.map((result) => (result.status === 'fulfilled' ? result.value : undefined)) as unknown as T
}
