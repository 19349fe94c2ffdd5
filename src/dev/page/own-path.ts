/** Whether a link to it stays on this server: two slashes at the start, or a backslash, would lead to another. */
export function isOwnPath(text: string): boolean {
  return /^\/(?![/\\])/.test(text)
}
