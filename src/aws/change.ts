import { isUnfinished } from '../lib/errors.js'
import type { Reporter } from '../reporter/reporter.js'

type Action = 'create' | 'update' | 'delete' | 'upload' | 'publish' | 'invalidate'

/** A write, as it is told. */
interface Change {
  action: Action
  /** What kind of thing, such as `bucket`. */
  resource: string
  name: string
  /** What of it changes, if not all, such as `tags`. */
  aspect?: string
}

interface Given<T> extends Change {
  /** What it will answer, as far as that is known: what a dry run goes on with. */
  expect: T
  /** Errors that only mean "not this time": what to say then. Nothing is recorded, and `expect` answered. */
  forgive?: (error: unknown) => string | undefined
  /** The name that AWS gave it, where it was not known before: it is counted under that. */
  named?: (result: T) => string
  /** What to add once it is done, such as how much it was. */
  told?: (result: T) => string | undefined
}

type Door = <T>(change: Given<T>, run: (progress: Progress) => Promise<T>) => Promise<T>

/** Tells how far a write is, for what takes a while. */
type Progress = (detail: string) => void

export interface Ledger {
  /** The one way to write: tells before, and records after it succeeded. */
  change: Door
  /** Notes something that is as it should be, or was made so by changes. */
  seen(resource: string, name: string): void
  changes: readonly Change[]
  /** Nothing is written. */
  dryRun: boolean
  summary(): Summary
}

/** Each resource once, by what was done with it, in the words of the lines that told it. */
export type Summary = Record<(typeof DONE)[Action] | 'unchanged', string[]>

/** What weighs most comes first: what was created and then tagged is created. */
const DONE = {
  create: 'created',
  upload: 'uploaded',
  publish: 'published',
  delete: 'deleted',
  update: 'updated',
  invalidate: 'invalidated',
} as const satisfies Record<Action, string>

/** What AWS assigns, where nothing is written. */
export const KNOWN_AFTER = '(known after deploy)'

/** @param dryRun nothing is written: each change is told, and answers what it expects. */
export function openLedger({
  reporter,
  signal,
  dryRun,
}: {
  reporter: Reporter
  signal: AbortSignal
  dryRun: boolean
}): Ledger {
  const changes: Change[] = []
  /** What was written, under the names that it has since. */
  const done: { action: Action; key: string }[] = []
  const seen = new Set<string>()
  const keyOf = ({ resource, name }: Pick<Change, 'resource' | 'name'>) => `${resource} ${name}`
  return {
    changes,
    dryRun,
    seen: (resource, name) => void seen.add(keyOf({ resource, name })),
    async change({ expect, forgive, told, named, ...change }, run) {
      signal.throwIfAborted()
      const { action, resource, name, aspect } = change
      const data = { action, resource, name, ...(aspect ? { aspect } : {}) }
      const title = `${action} ${resource} ${shortened(name)}${aspect ? `: ${aspect}` : ''}`
      if (dryRun) {
        reporter.event('planned', `would ${title}`, data)
        changes.push(change)
        return expect
      }
      const step = reporter.step(title, data)
      try {
        const result = await run((detail) => step.update(detail))
        changes.push(change)
        done.push({ action, key: keyOf({ resource, name: named?.(result) ?? name }) })
        step.done(told?.(result))
        return result
      } catch (error) {
        const forgiven = forgive?.(error)
        if (forgiven !== undefined) {
          step.done(forgiven)
          return expect
        }
        if (isUnfinished(error)) step.done('not yet')
        else step.failed()
        throw error
      }
    },
    summary() {
      const order = Object.keys(DONE) as Action[]
      const words = [...Object.values(DONE), 'unchanged'] as const
      const summary = Object.fromEntries(words.map((word) => [word, [] as string[]])) as Summary
      for (const key of new Set([...done.map((one) => one.key), ...seen])) {
        const actions = new Set(done.filter((one) => one.key === key).map(({ action }) => action))
        const main = order.find((action) => actions.has(action))
        summary[main === undefined ? 'unchanged' : DONE[main]].push(key)
      }
      return summary
    },
  }
}

/** With twelve digits of a digest, as everywhere on the screen. */
function shortened(name: string): string {
  return name.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…')
}
