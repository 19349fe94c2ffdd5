import type { DistributionConfig, EventType, LambdaFunctionAssociation } from '@aws-sdk/client-cloudfront'
import { GenatoError } from '../lib/errors.js'
import { behaviourAt, changeBehaviour, DEFAULT_PATH, mapBehaviours } from './distribution-behaviours.js'
import { sameConfig } from './distribution-compare.js'

/** A function on an event of a behaviour. */
export interface FunctionOn {
  event: EventType
  /** With its version's number. */
  arn: string
}

/** A function's ARN without its version. */
function unqualified(arn: string): string {
  return arn.split(':').slice(0, 7).join(':')
}

/** Whether two ARNs are of one function, in whichever versions. */
function isSameFunction(one: string, other: string): boolean {
  return unqualified(one) === unqualified(other)
}

/** The version in a function's ARN. A dry run's version has no number yet, and is newer than all others. */
export function versionOf(arn: string): number {
  const number = Number(arn.split(':')[7])
  return Number.isNaN(number) ? Infinity : number
}

/** @param path a path pattern, or `*` for the default behaviour. */
function associationsAt(config: DistributionConfig, path: string): LambdaFunctionAssociation[] {
  return behaviourAt(config, path)?.LambdaFunctionAssociations?.Items ?? []
}

/** The ARN of the function on an event. */
function functionOn(config: DistributionConfig, path: string, event: EventType): string | undefined {
  return associationsAt(config, path).find(({ EventType: on }) => on === event)?.LambdaFunctionARN
}

/** The ARN of the function on the default behaviour's origin-request event. */
export function originRequestFunction(config: DistributionConfig): string | undefined {
  return functionOn(config, DEFAULT_PATH, 'origin-request')
}

/** The version of a function that the default behaviour runs. */
export function liveVersion(config: DistributionConfig, functionArn: string): number | undefined {
  return versionOn(config, DEFAULT_PATH, { event: 'origin-request', arn: functionArn })
}

/** The version of a function on an event of a behaviour, if the event runs this function. */
export function versionOn(
  config: DistributionConfig,
  path: string,
  { event, arn }: FunctionOn,
): number | undefined {
  const found = functionOn(config, path, event)
  return found !== undefined && isSameFunction(found, arn) ? Number(found.split(':')[7]) : undefined
}

/** A function on the same event that isn't this one. */
export function otherFunction(
  config: DistributionConfig,
  path: string,
  { event, arn }: FunctionOn,
): string | undefined {
  const found = functionOn(config, path, event)
  return found === undefined || isSameFunction(found, arn) ? undefined : found
}

export function functionTaken(other: string, { event }: Pick<FunctionOn, 'event'>): GenatoError {
  return new GenatoError('FUNCTION_TAKEN', `The distribution has another function on ${event}: ${other}.`, {
    hint: 'genato never replaces it. If it is no longer needed, remove it in the CloudFront console.',
  })
}

/** @throws GenatoError FUNCTION_TAKEN */
export function associate(config: DistributionConfig, path: string, fn: FunctionOn): DistributionConfig {
  const other = otherFunction(config, path, fn)
  if (other !== undefined) throw functionTaken(other, fn)
  const all = associationsAt(config, path)
  const current = all.find(({ EventType: on }) => on === fn.event)
  if (current?.LambdaFunctionARN === fn.arn && !current.IncludeBody) return config
  const items: LambdaFunctionAssociation[] = [
    ...all.filter((one) => one !== current),
    { EventType: fn.event, LambdaFunctionARN: fn.arn, IncludeBody: false },
  ]
  return changeBehaviour(config, path, (behaviour) => ({
    ...behaviour,
    LambdaFunctionAssociations: { Quantity: items.length, Items: items },
  }))
}

/** Disables a distribution and removes these functions from it, so that Lambda can delete their replicas early. */
export function disabled(config: DistributionConfig, functionArns: readonly string[]): DistributionConfig {
  const isOurs = ({ LambdaFunctionARN: arn = '' }: LambdaFunctionAssociation) =>
    functionArns.some((one) => isSameFunction(arn, one))
  return mapBehaviours({ ...config, Enabled: false }, (behaviour) => {
    const all = behaviour.LambdaFunctionAssociations?.Items ?? []
    if (!all.some(isOurs)) return behaviour
    const items = all.filter((one) => !isOurs(one))
    return { ...behaviour, LambdaFunctionAssociations: { Quantity: items.length, Items: items } }
  })
}

/** Whether it is disabled and no behaviour runs these functions. */
export function isDisabled(config: DistributionConfig, functionArns: readonly string[]): boolean {
  return sameConfig(config, disabled(config, functionArns))
}
