import { randomBytes } from 'node:crypto'
import { link, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readSigningKey } from '../../handler/shared/pictures/signing-key.js'
import { GenatoError, messageOf, systemCode } from './errors.js'
import { readablePath } from './readable-path.js'
import { readIfPresent, removeIfPresent } from './whole-files.js'
import { workFolder } from './work-folder.js'

/** Keys that signatures are checked with on this machine. Each is 32 random bytes in base64url. */
export interface SigningKeys {
  /** Signs. */
  readonly current: string
  /** Is still accepted, so that links keep working while keys are replaced. */
  readonly previous?: string
}

const NAME = 'signing.json'

/**
 * Reads the keys of `.genato/signing.json`, and makes them if there are none.
 * @param root the configuration's folder.
 * @throws GenatoError BAD_SIGNING_KEYS, FOLDER_UNWRITABLE
 */
export async function signingKeys(root: string): Promise<SigningKeys> {
  const file = path.join(await workFolder(root), NAME)
  const before = await readIfPresent(file)
  if (before) return parse(before, file)
  await create(file)
  const made = await readIfPresent(file)
  if (made === undefined) throw unreadable(file, 'it was deleted meanwhile')
  return parse(made, file)
}

/** Writes new keys, unless another process was faster. */
async function create(file: string): Promise<void> {
  const keys: SigningKeys = { current: randomBytes(32).toString('base64url') }
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    await writeFile(temporary, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await publish(temporary, file)
  } catch (cause) {
    throw new GenatoError(
      'FOLDER_UNWRITABLE',
      `${readablePath(file)} can't be written: ${messageOf(cause)}.`,
      {
        hint: 'genato keeps the keys of signed URLs there. Run it in a folder that you can write to.',
        cause,
      },
    )
  } finally {
    await removeIfPresent(temporary).catch(() => false)
  }
}

/** Unlike a rename, a link never replaces a file. */
async function publish(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return
    // Some file systems have no links.
    await rename(temporary, file)
  }
}

function parse(bytes: Buffer, file: string): SigningKeys {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw unreadable(file, 'it is not JSON')
  }
  const { current, previous } = (value ?? {}) as { current?: unknown; previous?: unknown }
  const checked = (name: string, key: unknown): string => {
    try {
      // The signer's own check: the gate must not accept a key that nobody can sign with.
      readSigningKey(key as string)
      return key as string
    } catch (cause) {
      throw unreadable(file, `${name} is no key (${messageOf(cause).replace(/\.$/, '')})`)
    }
  }
  return {
    current: checked('current', current),
    ...(previous === undefined ? {} : { previous: checked('previous', previous) }),
  }
}

function unreadable(file: string, reason: string): GenatoError {
  return new GenatoError('BAD_SIGNING_KEYS', `${readablePath(file)} can't be used: ${reason}.`, {
    hint: 'It holds { "current": "…", "previous": "…" }, each at least 32 random bytes in base64url. Without the file, genato makes new keys, and URLs signed before stop working.',
  })
}
