import { appendFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '../../lib/whole-files.js'

/** The newest notes are kept. The file grows to twice as many before it is rewritten. */
const MOST_NOTES = 5_000
/** Longer notes are skipped: characters of path and key together. */
const LONGEST_NOTE = 4_000

/** Remembers the path that each object was requested by, because keys don't contain it. */
export interface Notes {
  pathOf(key: string): string | undefined
  note(key: string, path: string): void
  /** Resolves once the file was read. */
  read: Promise<void>
  /** Resolves once all notes so far are in the file, or failed to be written. */
  written(): Promise<void>
}

/**
 * Keeps notes as lines of a file, appended at its end. Damaged lines are skipped. If the file can't be read
 * or written, only the notes of this run exist.
 * @param folder `undefined` keeps notes in memory only.
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
      // A line break first, in case a killed process left a partial line.
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
