import { isUnfinished } from '../lib/errors.js'
import type { Reporter } from '../reporter/reporter.js'

type Action = 'create' | 'update' | 'delete' | 'upload' | 'publish' | 'invalidate'

/** A write, as it is reported. */
interface Change {
  action: Action
  /** The kind of resource, such as `bucket`. */
  resource: string
  name: string
  /** The part that changes, such as `tags`, if not all of it. */
  aspect?: string
}

interface Given<T> extends Change {
  /** The result as far as it is known in advance: a dry run continues with it. */
  expect: T
  /** @returns what to print for an error that only means "not this time". Then nothing is recorded, and `expect` is the result. */
  forgive?: (error: unknown) => string | undefined
  /** The name under which it is counted, if AWS assigned one. */
  named?: (result: T) => string
  /** @returns what to print once it is done, such as a count. */
  detail?: (result: T) => string | undefined
}

type Door = <T>(change: Given<T>, run: (progress: Progress) => Promise<T>) => Promise<T>

/** Reports how far a long write is. */
type Progress = (detail: string) => void

export interface Ledger {
  /** The only way to write: reports a change before it is made, and records it after it succeeded. */
  change: Door
  /** Notes a resource that was looked at: it counts as unchanged unless it was changed. */
  seen(resource: string, name: string): void
  changes: readonly Change[]
  /** Nothing is written. */
  dryRun: boolean
  summary(): Summary
}

/** Each resource once, by what was done with it. */
export type Summary = Record<(typeof DONE)[Action] | 'unchanged', string[]>

/** The most important first: a resource that was created and then tagged counts as created. */
const DONE = {
  create: 'created',
  upload: 'uploaded',
  publish: 'published',
  delete: 'deleted',
  update: 'updated',
  invalidate: 'invalidated',
} as const satisfies Record<Action, string>

/** Stands in a dry run for what AWS will assign. */
export const KNOWN_AFTER = '(known after deploy)'

/** @param dryRun reports each change and returns what it expects, without writing. */
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
  /** What was written, under the names that AWS assigned. */
  const done: { action: Action; key: string }[] = []
  const seen = new Set<string>()
  const keyOf = ({ resource, name }: Pick<Change, 'resource' | 'name'>) => `${resource} ${name}`
  return {
    changes,
    dryRun,
    seen: (resource, name) => void seen.add(keyOf({ resource, name })),
    async change({ expect, forgive, detail, named, ...change }, run) {
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
        const result = await run((progress) => step.update(progress))
        changes.push(change)
        done.push({ action, key: keyOf({ resource, name: named?.(result) ?? name }) })
        step.done(detail?.(result))
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

/** Shortens digests to twelve digits, as everywhere in the output. */
function shortened(name: string): string {
  return name.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…')
}
