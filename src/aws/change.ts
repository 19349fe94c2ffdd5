import { isUnfinished } from '../errors.js'
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

export interface Summary {
  created: string[]
  updated: string[]
  deleted: string[]
  unchanged: string[]
}

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
  const seen = new Map<string, string>()
  const keyOf = ({ resource, name }: Pick<Change, 'resource' | 'name'>) => `${resource} ${name}`
  return {
    changes,
    dryRun,
    seen: (resource, name) => void seen.set(`${resource} ${name}`, resource),
    async change({ expect, forgive, told, ...change }, run) {
      signal.throwIfAborted()
      const { action, resource, name, aspect } = change
      const data = { action, resource, name, ...(aspect ? { aspect } : {}) }
      const title = `${action} ${resource} ${name}${aspect ? `: ${aspect}` : ''}`
      if (dryRun) {
        reporter.event('planned', `would ${title}`, data)
        changes.push(change)
        return expect
      }
      const step = reporter.step(title, data)
      try {
        const result = await run((detail) => step.update(detail))
        changes.push(change)
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
      const of = (chosen: (actions: Action[]) => boolean) =>
        [...new Set([...changes.map(keyOf), ...seen.keys()])].filter((key) =>
          chosen(changes.filter((change) => keyOf(change) === key).map(({ action }) => action)),
        )
      const creates = (actions: Action[]) =>
        actions.some((action) => ['create', 'upload', 'publish', 'invalidate'].includes(action))
      return {
        created: of(creates),
        updated: of((actions) => !creates(actions) && actions.includes('update')),
        deleted: of((actions) => actions.includes('delete')),
        unchanged: of((actions) => actions.length === 0),
      }
    },
  }
}
