/**
 * An error as the Node.js runtime tells it: in its text format with `stack` or `trace`, in its JSON format with
 * `stackTrace`. Frames are not repeated that are in the first line.
 */
export function thrownText({
  errorType,
  errorMessage,
  stack,
  trace,
  stackTrace,
}: Record<string, unknown>): string {
  const frames = [stack, trace, stackTrace].find((lines) => Array.isArray(lines)) as unknown[] | undefined
  const first = `${String(errorType)}: ${String(errorMessage)}`
  return [first, ...(frames ?? []).filter((frame) => frame !== first)].map(String).join('\n')
}
