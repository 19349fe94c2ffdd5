import type { Session } from '../aws/session.js'

/**
 * One property of a resource that genato keeps as wanted: a row of the resource's table. What `status` reports,
 * what a deploy and a dry run print, and what is written all follow from the row.
 */
export interface Aspect<Seen, Wanted> {
  /** As `status` prints it, and the line of its change. */
  name: string
  /** @returns the resource with this aspect as wanted, or `undefined` if nothing differs. */
  fix: (seen: Seen, wanted: Wanted) => Seen | undefined
}

/** An aspect with a call of its own at AWS. */
export interface WrittenAspect<Seen, Wanted> extends Aspect<Seen, Wanted> {
  /** Replaces the name in the line of the change. */
  change?: string
  write: (session: Session, fixed: Seen, wanted: Wanted) => Promise<unknown>
}

/** A resource, and how it is called. */
export interface Subject {
  /** The kind, such as `bucket`. */
  resource: string
  name: string
  /** Runs a call, and repeats it for errors that pass. */
  call: (run: () => Promise<unknown>) => Promise<unknown>
}

/** Fixes all aspects, for resources that AWS updates as a whole. Writes nothing. */
export function fixAspects<Seen, Wanted>(
  aspects: readonly Aspect<Seen, Wanted>[],
  seen: Seen,
  wanted: Wanted,
): { fixed: Seen; differing: string[] } {
  const differing: string[] = []
  let fixed = seen
  for (const { name, fix } of aspects) {
    const next = fix(fixed, wanted)
    if (next === undefined) continue
    differing.push(name)
    fixed = next
  }
  return { fixed, differing }
}

/**
 * Writes the aspects that differ, one after the other and in the table's order.
 * @returns the resource as it is then; in a dry run, as it would be.
 */
export async function syncAspects<Seen, Wanted>(
  session: Session,
  subject: Subject,
  aspects: readonly WrittenAspect<Seen, Wanted>[],
  { seen, wanted }: { seen: Seen; wanted: Wanted },
): Promise<Seen> {
  let now = seen
  for (const { name, change = name, fix, write } of aspects) {
    const fixed = fix(now, wanted)
    if (fixed === undefined) continue
    await update(session, subject, change, async () => write(session, fixed, wanted))
    now = fixed
  }
  return now
}

/** Updates one aspect of a resource, or several in one call. */
export async function update(
  session: Session,
  { resource, name, call }: Subject,
  aspect: string,
  run: () => Promise<unknown>,
): Promise<void> {
  await session.ledger.change({ action: 'update', resource, name, aspect, expect: undefined }, async () => {
    await call(run)
  })
}
