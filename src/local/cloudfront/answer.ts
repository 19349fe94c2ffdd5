/** An answer that the edge can send, and keep. Names of headers are in lower case. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** How many parts of a body its source can send. */
export type Parts = 'none' | 'one' | 'many'
