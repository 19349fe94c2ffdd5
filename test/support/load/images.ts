import { connectWire, requestFor, type Wire, type WireAnswer } from './wire.js'

const FORMATS = ['png', 'svg', 'jpg', 'gif', 'webp', 'avif']
const HEX = 'abcdef'

/** The canonical paths of so many different small images, in all formats. */
export function imagePaths(many: number): string[] {
  return Array.from({ length: many }, (_, index) => {
    // Different letters only, so that the colour has no shorter spelling and no name.
    const color = Array.from(
      'badcfe',
      (letter, at) => HEX[(HEX.indexOf(letter) + Math.floor(index / 6 ** at)) % 6],
    ).join('')
    return `/${21 + (index % 40)}x${33 + (index % 7)},${color},${FORMATS[index % FORMATS.length]}`
  })
}

/** Another spelling, which isn't cached: some letters of the colour in upper case. `which` is below 64. */
export function respelt(path: string, which: number): string {
  const [size = '', color = '', format = ''] = path.split(',')
  const spelt = Array.from(color, (letter, at) => ((which >> at) & 1 ? letter.toUpperCase() : letter)).join(
    '',
  )
  return [size, spelt, format].join(',')
}

/** Requests all of them over a few connections, and passes each response to `onAnswer`. */
export async function askAll(
  port: number,
  targets: Iterable<string>,
  onAnswer: (target: string, answer: WireAnswer | 'closed') => void,
  connections = 8,
): Promise<void> {
  const queue = targets[Symbol.iterator]()
  const worker = async () => {
    let wire: Wire | undefined
    for (let next = queue.next(); !next.done; next = queue.next()) {
      wire ??= await connectWire(port)
      wire.write(requestFor(next.value))
      const answer = await wire.next('GET', 60_000)
      onAnswer(next.value, answer)
      if (answer !== 'closed' && answer.headers['connection'] !== 'close') continue
      wire.close()
      wire = undefined
    }
    wire?.close()
  }
  await Promise.all(Array.from({ length: connections }, worker))
}
