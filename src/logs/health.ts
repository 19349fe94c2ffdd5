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

/** How the places that are read are getting on: it tells what is not there or does not work, each thing once. */
export interface Health {
  there(place: Place): void
  missing(place: Place): void
  /** @throws the error, where it is none of AWS's, or nothing else works any more. */
  failed(place: Place, error: unknown): void
  allMissing(): boolean
}

/** What does not pass by itself. */
const LASTING = ['ACCESS_DENIED', 'CREDENTIALS_EXPIRED', 'NO_CREDENTIALS', 'BAD_CREDENTIALS']

type State = 'there' | 'missing' | GenatoError

/** @param nothing what to say when none of the groups is there. */
export function createHealth(places: readonly Place[], reporter: Reporter, nothing: string): Health {
  const states = new Map<Place, State>()
  const answered = new Set<string>()
  const told = new Set<string>()
  let untold: string[] = []
  const allMissing = () => places.every((place) => states.get(place) === 'missing')
  const tell = () => {
    for (const message of untold) reporter.warn(message)
    untold = []
  }
  const heard = (place: Place, state: State) => {
    states.set(place, state)
    answered.add(place.region)
    tell()
  }
  /** Without credentials it is the same everywhere, and without a network as long as nothing was heard. */
  const end = () => {
    const errors = places.map((place) => states.get(place)).filter((state) => state instanceof GenatoError)
    const [first] = errors
    if (first === undefined) return
    // Where the function's own groups are denied, it tells nothing that another one is not there.
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
    there: (place) => heard(place, 'there'),
    missing(place) {
      heard(place, 'missing')
      end()
      if (told.has(nothing) || !allMissing()) return
      told.add(nothing)
      reporter.warn(nothing)
    },
    failed(place, error) {
      const explained = explainAwsError(error)
      if (!callOf(error) || !(explained instanceof GenatoError)) throw error
      states.set(place, explained)
      const what = `${place.region} ${explained.code}`
      if (!told.has(what)) untold.push(`${place.region} can't be read: ${explained.message}`)
      told.add(what)
      end()
      if (answered.size > 0) tell()
    },
    allMissing,
  }
}
