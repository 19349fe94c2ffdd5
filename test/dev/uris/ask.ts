import { connectWire, requestFor, type Wire, type WireAnswer } from '../../support/load/wire.js'
import type { UriCase } from './request.js'

export interface Answered<Case extends UriCase = UriCase> {
  asked: Case
  answer: WireAnswer | 'closed'
}

const CONNECTIONS = 8

/**
 * Sends all requests over a few kept-alive connections. A request given byte for byte gets its own connection,
 * because its end is unclear.
 */
export async function answersTo<Case extends UriCase>(
  port: number,
  cases: readonly Case[],
): Promise<Answered<Case>[]> {
  const answered: Answered<Case>[] = []
  const queue = cases.values()
  const worker = async () => {
    let wire: Wire | undefined
    for (const asked of queue) {
      wire ??= await connectWire(port)
      wire.write(asked.raw ?? requestFor(asked.target, asked.method))
      const answer = await wire.next(asked.method)
      answered.push({ asked, answer })
      if (asked.raw === undefined && answer !== 'closed' && answer.headers['connection'] !== 'close') continue
      wire.close()
      wire = undefined
    }
    wire?.close()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  return answered
}
