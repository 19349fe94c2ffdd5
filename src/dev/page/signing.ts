import { signPath } from '../../../handler/shared/pictures/sign.js'
import { SigningError } from '../../../handler/shared/pictures/signing-error.js'
import type { Signed } from './messages.js'
import type { PagePictures } from './originals.js'

/** How long a signature of the page's lasts. */
const DURATION = /^[1-9]\d{0,4}[smhd]$/

/**
 * Signs a path of a signed mount for the page, which never sees the key.
 * @param path percent-encoded, without a query.
 * @param expires a time from now, such as `1h`. Empty: never.
 */
export async function signForPage(
  pictures: PagePictures | undefined,
  path: string,
  expires: string,
): Promise<Signed> {
  const key = pictures?.keys?.current
  const isSigned = pictures?.mounts.some(
    ({ name, allow }) => allow === 'signed' && path.startsWith(`/${name}/`),
  )
  if (key === undefined || isSigned !== true)
    return { code: 'NOT_SIGNED', message: 'The path is below no mount that needs a signature.' }
  if (expires !== '' && !DURATION.test(expires))
    return { code: 'BAD_EXPIRES', message: 'Give a time from now, such as 10m, 1h or 7d.' }
  try {
    const signed = await signPath(path, { key, ...(expires === '' ? {} : { expires }) })
    const seconds = Number(/\?exp=(\d+)/.exec(signed)?.[1])
    return { path: signed, ...(Number.isNaN(seconds) ? {} : { expires: seconds * 1000 }) }
  } catch (error) {
    if (error instanceof SigningError) return { code: error.code, message: error.message }
    throw error
  }
}
