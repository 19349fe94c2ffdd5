import { randomBytes } from 'node:crypto'
import { GENERATED } from '../../../handler/shared/contract.js'
import { servesFile, type Files } from '../../../handler/shared/served-files.js'
import { GenatoError, messageOf } from '../../lib/errors.js'
import type { Reporter } from '../../reporter/reporter.js'
import { ACCOUNT } from './context.js'
import type { FunctionIdentity } from './environment.js'
import type { Objects } from '../../objects/object-store.js'
import { startObjectStore } from '../s3/server.js'

export interface FunctionStore {
  /** What the function needs to reach it. */
  access: Pick<FunctionIdentity, 'endpoint' | 'credentials'>
  /** From now on, what fails is not told: it is cut off because all ends. */
  ending(): void
  close(): Promise<void>
}

/**
 * Serves the objects to the function as the bucket behind the distribution. What fails is reported.
 * @param files of the configuration: the function's role may read these, and what is generated.
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
    // An execution role's credentials have one: a request that leaves it out is refused here as well.
    sessionToken: randomBytes(60).toString('base64'),
  }
  let ending = false
  const onError = unlessRepeated((text) => {
    if (!ending) reporter.warn(text)
  })
  const readable = (key: string) => key.startsWith(GENERATED) || servesFile(files, key)
  const store = await startObjectStore({
    objects,
    bucket,
    account: ACCOUNT,
    credentials,
    writable: GENERATED,
    readable,
    onError,
  })
  return {
    access: { endpoint: store.endpoint, credentials },
    ending: () => void (ending = true),
    close: async () => store.close(),
  }
}

/** Ms in which the same is not told again: the function asks twice before it gives up. */
const REPEATED = 10_000

function unlessRepeated(tell: (text: string) => void): (error: unknown) => void {
  let last = { text: '', at: 0 }
  return (error) => {
    const text = textOf(error)
    if (text === last.text && Date.now() - last.at < REPEATED) return
    last = { text, at: Date.now() }
    tell(text)
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof GenatoError)) return `The object store failed: ${messageOf(error)}.`
  return error.hint === undefined ? error.message : `${error.message}\n  ${error.hint}`
}
