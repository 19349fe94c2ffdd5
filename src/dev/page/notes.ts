import { appendFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '../../lib/whole-files.js'

/** How many notes are kept: the newest. The file grows to twice as many before it is written anew. */
const MOST_NOTES = 5_000
/** Characters of a path and a key together: longer ones are passed over. */
const LONGEST_NOTE = 4_000

/** Which path an object was asked for with: its key does not tell. */
export interface Notes {
  pathOf(key: string): string | undefined
  note(key: string, path: string): void
  /** When what was in the file is known. */
  read: Promise<void>
  /** When what was noted so far is in the file, or can't be. */
  written(): Promise<void>
}

/**
 * Keeps notes in a file of lines, added at its end; what is damaged in it is passed over, and where it
 * can't be read or written there are only this run's notes.
 * @param folder `undefined`: only in memory.
 */
export function openNotes(folder: string | undefined): Notes {
  const notes = new Map<string, string>()
  const file = folder === undefined ? undefined : path.join(folder, 'asked-for.jsonl')
  let lines = 0
  let waiting = ''
  const remember = (key: string, asked: string) => {
    notes.delete(key)
    notes.set(key, asked)
    const [oldest] = notes.keys()
    if (notes.size > MOST_NOTES && oldest !== undefined) notes.delete(oldest)
  }
  const load = async () => {
    if (file === undefined) return
    const meanwhile = [...notes]
    const text = await readFile(file, 'utf8').catch(() => '')
    for (const line of text.split('\n')) {
      const note = readNote(line)
      lines++
      if (note) remember(...note)
    }
    for (const note of meanwhile) remember(...note)
  }
  const write = async () => {
    if (file === undefined || waiting === '') return
    const text = waiting
    waiting = ''
    if (lines > 2 * MOST_NOTES) {
      await writeWhole(file, [Buffer.from([...notes].map((note) => line(...note)).join(''))])
      lines = notes.size
    } else {
      await mkdir(path.dirname(file), { recursive: true })
      // What a killed process left half written ends here.
      await appendFile(file, `\n${text}`)
    }
  }
  const read = load()
  let writing: Promise<void> = read
  return {
    read,
    written: async () => writing,
    pathOf: (key) => notes.get(key),
    note(key, asked) {
      if (notes.get(key) === asked || key.length + asked.length > LONGEST_NOTE) return
      remember(key, asked)
      waiting += line(key, asked)
      lines++
      writing = writing.then(write).catch(() => undefined)
    },
  }
}

function line(key: string, asked: string): string {
  return `${JSON.stringify([key, asked])}\n`
}

function readNote(text: string): [key: string, asked: string] | undefined {
  try {
    const note: unknown = JSON.parse(text)
    if (!Array.isArray(note)) return undefined
    const [key, asked] = note as unknown[]
    return typeof key === 'string' && typeof asked === 'string' ? [key, asked] : undefined
  } catch {
    return undefined
  }
}
