import { callOf } from '../aws/call.js'
import { explainAwsError } from '../aws/explain.js'
import { GenatoError } from '../lib/errors.js'
import { HOME_REGION } from '../lib/home-region.js'
import type { Reporter } from '../reporter/reporter.js'

/** A group in a region. */
export interface Place {
  region: string
  group: string
}

/** Keeps track of which places can be read, and reports each problem once. */
export interface Health {
  there(place: Place): void
  missing(place: Place): void
  /** @throws the error, if it doesn't come from AWS or no other place can be read. */
  failed(place: Place, error: unknown): void
  allMissing(): boolean
}

/** Errors that don't go away by themselves. */
const LASTING = ['ACCESS_DENIED', 'CREDENTIALS_EXPIRED', 'NO_CREDENTIALS', 'BAD_CREDENTIALS']

type State = 'there' | 'missing' | GenatoError

/** @param nothing the warning for when none of the groups exists. */
export function createHealth(places: readonly Place[], reporter: Reporter, nothing: string): Health {
  const states = new Map<Place, State>()
  const answered = new Set<string>()
  const reported = new Set<string>()
  let pending: string[] = []
  const allMissing = () => places.every((place) => states.get(place) === 'missing')
  const flush = () => {
    for (const message of pending) reporter.warn(message)
    pending = []
  }
  const answers = (place: Place, state: State) => {
    states.set(place, state)
    answered.add(place.region)
    flush()
  }
  /**
   * Gives up where waiting can't help: every place fails without credentials, or without a network if none has
   * answered so far.
   */
  const giveUp = () => {
    const errors = places.map((place) => states.get(place)).filter((state) => state instanceof GenatoError)
    const [first] = errors
    if (first === undefined) return
    // With the function's own groups denied, an absent group elsewhere means nothing.
    const own = places.filter(({ group }) => group.startsWith(`/aws/lambda/${HOME_REGION}.`))
    const denied = (place: Place) => {
      const state = states.get(place)
      return state instanceof GenatoError && LASTING.includes(state.code)
    }
    const none = places.every((place) => states.has(place) && states.get(place) !== 'there')
    if (own.length > 0 && none && own.every(denied)) throw first
    if (errors.length < places.length) return
    if (answered.size === 0 || errors.every(({ code }) => LASTING.includes(code))) throw first
  }
  return {
    there: (place) => answers(place, 'there'),
    missing(place) {
      answers(place, 'missing')
      giveUp()
      if (reported.has(nothing) || !allMissing()) return
      reported.add(nothing)
      reporter.warn(nothing)
    },
    failed(place, error) {
      const explained = explainAwsError(error)
      if (!callOf(error) || !(explained instanceof GenatoError)) throw error
      states.set(place, explained)
      const problem = `${place.region} ${explained.code}`
      if (!reported.has(problem)) pending.push(`${place.region} can't be read: ${explained.message}`)
      reported.add(problem)
      giveUp()
      if (answered.size > 0) flush()
    },
    allMissing,
  }
}
