/** An answer that the edge can send, and keep. Names of headers are in lower case. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}
