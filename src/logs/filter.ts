/**
 * A pattern for FilterLogEvents that lets through every message with this text, and maybe others: how
 * quotes and backslashes are escaped in patterns is not documented well enough to rely on, so the longest
 * piece without them is asked for, and what comes is checked against the whole text.
 */
export function filterPattern(text: string | undefined): string | undefined {
  const [longest = ''] = (text ?? '').split(/["\\]/).sort((a, b) => b.length - a.length)
  return longest.trim() === '' ? undefined : `"${longest}"`
}
