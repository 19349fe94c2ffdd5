import net from 'node:net'

/** A response, byte for byte. */
export interface WireAnswer {
  status: number
  /** By name in lower case. Values of repeated headers are joined. */
  headers: Record<string, string>
  body: Buffer
}

/** A connection that sends any bytes. */
export interface Wire {
  socket: net.Socket
  write(bytes: string | Buffer): void
  /** The next response. `closed` if the server ends the connection before it is complete. @throws after `timeoutMs` */
  next(method?: string, timeoutMs?: number): Promise<WireAnswer | 'closed'>
  close(): void
}

const ANSWER_TIMEOUT = 20_000
const HEAD_END = '\r\n\r\n'

/** Strings are sent as latin1, one byte for each character. Pass UTF-8 as a Buffer. */
export async function connectWire(port: number, host = '127.0.0.1'): Promise<Wire> {
  const socket = net.connect({ port, host, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  let received: Buffer = Buffer.alloc(0)
  let over = false
  let wake = () => {}
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    wake()
  })
  const end = () => {
    over = true
    wake()
  }
  socket.on('error', end).on('close', end).on('end', end)
  return {
    socket,
    write: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    async next(method = 'GET', timeoutMs = ANSWER_TIMEOUT) {
      let late = false
      const timer = setTimeout(() => {
        late = true
        wake()
      }, timeoutMs)
      try {
        for (;;) {
          const read = readAnswer(received, method, over)
          if (read) {
            received = received.subarray(read.taken)
            return read.answer
          }
          if (over) return 'closed'
          if (late) throw new Error(`No complete response within ${timeoutMs} ms.`)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      } finally {
        clearTimeout(timer)
      }
    },
    close: () => void socket.destroy(),
  }
}

/** Sends a request on a new connection. */
export async function askOnce(
  port: number,
  bytes: string | Buffer,
  method = 'GET',
): Promise<WireAnswer | 'closed'> {
  const wire = await connectWire(port)
  try {
    wire.write(bytes)
    return await wire.next(method)
  } finally {
    wire.close()
  }
}

/** A valid request, except perhaps for its target. */
export function requestFor(target: string | Buffer, method = 'GET', headers = ''): Buffer {
  return Buffer.concat([
    Buffer.from(`${method} `, 'latin1'),
    typeof target === 'string' ? Buffer.from(target, 'latin1') : target,
    Buffer.from(` HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`, 'latin1'),
  ])
}

function readAnswer(
  bytes: Buffer,
  method: string,
  over: boolean,
): { answer: WireAnswer; taken: number } | undefined {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})( |$)/.exec(first)?.[1] ?? Number.NaN)
  if (Number.isNaN(status)) throw new Error(`Not a status line: ${JSON.stringify(first)}`)
  const start = headEnd + HEAD_END.length
  if (status < 200) {
    const final = readAnswer(bytes.subarray(start), method, over)
    return final && { ...final, taken: final.taken + start }
  }
  const headers = readHeaders(lines)
  const done = (body: Buffer, taken: number) => ({ answer: { status, headers, body }, taken })
  if (method === 'HEAD' || status === 304 || status === 204) return done(Buffer.alloc(0), start)
  if (headers['transfer-encoding'] === 'chunked') {
    const read = readChunks(bytes, start)
    return read && done(read.body, read.taken)
  }
  const length = headers['content-length']
  if (length === undefined) return over ? done(bytes.subarray(start), bytes.length) : undefined
  const taken = start + Number(length)
  return bytes.length < taken ? undefined : done(Buffer.from(bytes.subarray(start, taken)), taken)
}

function readHeaders(lines: string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined) throw new Error(`Not a header: ${JSON.stringify(line)}`)
    const key = name.toLowerCase()
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
  }
  return headers
}

function readChunks(bytes: Buffer, from: number): { body: Buffer; taken: number } | undefined {
  const parts: Buffer[] = []
  for (let at = from; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const length = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const start = lineEnd + 2
    if (bytes.length < start + length + 2) return undefined
    parts.push(bytes.subarray(start, start + length))
    at = start + length + 2
    if (length === 0) return { body: Buffer.concat(parts), taken: at }
  }
}
