import type { Behaviour } from '../../../../templates/distribution.js'
import type { FunctionRunner } from '../../lambda/runner.js'
import type { S3Origin } from './bucket.js'
import type { FunctionUrlOrigin } from './function-url.js'
import type { OriginGroup, OriginSide } from './origin.js'

/** An entry of the distribution's origins and groups. */
export type EdgeOrigin = S3Origin | FunctionUrlOrigin | OriginGroup

interface Named {
  origins: Readonly<Record<string, EdgeOrigin>>
  functions: Readonly<Record<string, Pick<FunctionRunner, 'invoke'>>>
}

/**
 * Looks up what a behaviour names. An origin-request function runs for each member of a group.
 * @throws Error if something is missing, or the local edge can't play it.
 */
export function sideOf({ path, origin, functions }: Behaviour, named: Named): OriginSide {
  const attached = functions.find(({ event }) => event === 'origin-request')
  const fn = attached && named.functions[attached.function]
  if (attached && !fn)
    throw new Error(`The behaviour ${path} names a function that is missing, ${attached.function}.`)
  const single = (id: string): OriginSide => {
    const found = named.origins[id]
    if (!found) throw new Error(`The behaviour ${path} names an origin that is missing, ${id}.`)
    if ('members' in found) throw new Error(`The group ${id} can't be a member of a group.`)
    if ('objects' in found) return { origin: found, fn }
    if (fn) throw new Error(`The behaviour ${path} has an origin-request function before a function URL.`)
    return { origin: found }
  }
  const found = named.origins[origin]
  if (!found || !('members' in found)) return single(origin)
  const [primary, secondary] = found.members
  return { primary: single(primary), secondary: single(secondary), statuses: found.statuses }
}
