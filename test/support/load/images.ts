import { connectWire, requestFor, type Wire, type WireAnswer } from './wire.js'

const FORMATS = ['png', 'svg', 'jpg', 'gif', 'webp', 'avif']
const HEX = 'abcdef'

/** As many different images as wanted, small and of all formats, each by its canonical path. */
export function imagePaths(many: number): string[] {
  return Array.from({ length: many }, (_, index) => {
    // Letters only, and unlike ones, so that it has no shorter spelling and no name.
    const color = Array.from(
      'badcfe',
      (letter, at) => HEX[(HEX.indexOf(letter) + Math.floor(index / 6 ** at)) % 6],
    ).join('')
    return `/${21 + (index % 40)}x${33 + (index % 7)},${color},${FORMATS[index % FORMATS.length]}`
  })
}

/** Another spelling, which no cache has: letters of the colour in the other case. `which` is below 64. */
export function respelt(path: string, which: number): string {
  const [size = '', color = '', format = ''] = path.split(',')
  const spelt = Array.from(color, (letter, at) => ((which >> at) & 1 ? letter.toUpperCase() : letter)).join(
    '',
  )
  return [size, spelt, format].join(',')
}

/** Asks for all of them over a few connections, and gives each to `onAnswer`. */
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
