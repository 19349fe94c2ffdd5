import type { Architecture } from '@aws-sdk/client-lambda'
import type { FunctionSettings } from './function-settings.js'
import type { Claim } from './ownership.js'
import type { Tags } from './tags.js'

/** Which function. */
export interface FunctionPlace {
  region: string
  name: string
}

/** What makes a function this function: the same at every deploy, whatever its code is. */
export interface FunctionDescription extends FunctionPlace, FunctionSettings {
  /** What it does, for readers of the console. The role's id is appended. */
  description: string
  architecture: Architecture
}

export interface CodeIdentity {
  /** The package's content digest. */
  digest: string
  /** Part of the keys of what it stores. */
  generation: string
  /** Changes with what CloudFront may cache of its responses. */
  cached: string
}

export interface FunctionWanted extends Claim, FunctionDescription {
  /** Tags beside those of the stack and the code. */
  tags: Tags
  /** The package's content digest. */
  digest: string
  /** Loads the package: only called if the function has other code. */
  load: () => Promise<Omit<CodeIdentity, 'digest'>>
  /** Where the zip is, and its `CodeSha256`: only called if the code has to be written. */
  zip: () => Promise<{ bucket: string; key: string; codeSha256: string }>
}

/** Without a version. */
export function functionArn(account: string, { region, name }: FunctionPlace): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`
}

/** The description holds the role's id, because Lambda returns only the role's ARN. */
export function describeFunction({
  description,
  roleId,
}: Pick<FunctionDescription, 'description' | 'roleId'>): string {
  return roleId ? `${description}, role ${roleId}` : description
}

/** @returns the role's id, if the description holds one. */
export function roleIdOf(description: string): string | undefined {
  return /, role (\w+)$/.exec(description)?.[1]
}
