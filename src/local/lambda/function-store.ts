import { randomBytes } from 'node:crypto'
import type { Files } from '../../../handler/shared/served-files.js'
import { functionGrants } from '../../../templates/execution-role.js'
import { GenatoError, messageOf } from '../../lib/errors.js'
import type { Reporter } from '../../reporter/reporter.js'
import { ACCOUNT } from './context.js'
import type { FunctionIdentity } from './environment.js'
import type { Grant } from '../../../templates/grants.js'
import type { Objects, ReadableObjects } from '../../objects/object-store.js'
import { startObjectStore } from '../s3/server.js'

export interface FunctionStore {
  /** What the function needs to reach it: endpoint and credentials. */
  access: Pick<FunctionIdentity, 'endpoint' | 'credentials'>
  /** From now on, failures are not reported: requests are cut off because everything stops. */
  ending(): void
  close(): Promise<void>
}

/**
 * Serves the objects to the function as the bucket behind the distribution, with the rights of the function's role
 * on AWS. Reports failures.
 * @param files of the configuration: what the function may read besides generated images.
 */
export async function startFunctionStore(
  objects: Objects,
  bucket: string,
  reporter: Pick<Reporter, 'warn'>,
  files: Files = true,
): Promise<FunctionStore> {
  return startRoleStore(new Map([[bucket, objects]]), Object.values(functionGrants(bucket, files)), reporter)
}

/**
 * Serves buckets to a function, with the rights of its role on AWS. Reports failures.
 * @param buckets by their names. Objects without `put` can only be read.
 */
export async function startRoleStore(
  buckets: ReadonlyMap<string, Objects | ReadableObjects>,
  grants: readonly Grant[],
  reporter: Pick<Reporter, 'warn'>,
): Promise<FunctionStore> {
  const credentials = {
    accessKeyId: `LOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    // An execution role's credentials have one. As on AWS, a request without it is refused.
    sessionToken: randomBytes(60).toString('base64'),
  }
  let ending = false
  const onError = unlessRepeated((text) => {
    if (!ending) reporter.warn(text)
  })
  const store = await startObjectStore({
    buckets,
    account: ACCOUNT,
    credentials,
    grants,
    onError,
  })
  return {
    access: { endpoint: store.endpoint, credentials },
    ending: () => void (ending = true),
    close: async () => store.close(),
  }
}

/** The same error is not reported again within this many ms: the function tries twice before it gives up. */
const REPEATED = 10_000

function unlessRepeated(report: (text: string) => void): (error: unknown) => void {
  let last = { text: '', at: 0 }
  return (error) => {
    const text = textOf(error)
    if (text === last.text && Date.now() - last.at < REPEATED) return
    last = { text, at: Date.now() }
    report(text)
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof GenatoError)) return `The object store failed: ${messageOf(error)}.`
  return error.hint === undefined ? error.message : `${error.message}\n  ${error.hint}`
}
