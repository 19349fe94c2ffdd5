import { randomBytes } from 'node:crypto'
import type { Files } from '../../../handler/shared/served-files.js'
import { functionGrants } from '../../../templates/execution-role.js'
import { GenatoError, messageOf } from '../../lib/errors.js'
import type { Reporter } from '../../reporter/reporter.js'
import { ACCOUNT } from './context.js'
import type { FunctionIdentity } from './environment.js'
import type { Objects } from '../../objects/object-store.js'
import { startObjectStore } from '../s3/server.js'

export interface FunctionStore {
  /** What the function needs to reach it. */
  access: Pick<FunctionIdentity, 'endpoint' | 'credentials'>
  /** Stops reporting failures: from now on, requests fail because everything is shutting down. */
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
  const credentials = {
    accessKeyId: `LOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    // A role's credentials have a session token, and a request without it is refused, here as on AWS.
    sessionToken: randomBytes(60).toString('base64'),
  }
  let ending = false
  const onError = unlessRepeated((text) => {
    if (!ending) reporter.warn(text)
  })
  const store = await startObjectStore({
    objects,
    bucket,
    account: ACCOUNT,
    credentials,
    grants: Object.values(functionGrants(bucket, files)),
    onError,
  })
  return {
    access: { endpoint: store.endpoint, credentials },
    ending: () => void (ending = true),
    close: async () => store.close(),
  }
}

/** Ms before the same failure is reported again: the function tries twice before it gives up. */
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
