import type { Signed } from '../../messages.js'
import { acceptOfImages } from './accept.js'

/** An answer of the service, and the URL that it was asked by. */
interface Asked {
  response: Response
  url: string
}

/** How long a signature lasts that the page needs for itself. */
const PAGE_EXPIRES = '1h'

/** Sends requests as an `img` of this page would, past the browser's cache to show the edge's. */
export interface Service {
  /** For what the user wants to see. */
  ask: (path: string, signal?: AbortSignal) => Promise<Asked>
  /** For what the page needs besides, such as thumbnails. */
  askBesides: (path: string, signal?: AbortSignal) => Promise<Asked>
}

/**
 * @param isSigned whether a path needs a signature.
 * @param onBesides called with the ids of requests that the page needed besides.
 */
export function createService(isSigned: (path: string) => boolean, onBesides: (id: string) => void): Service {
  const ask: Service['ask'] = async (path, signal) => {
    const accept = await acceptOfImages()
    const sent = isSigned(path) ? await signedOrAsIs(path, signal) : path
    // A path can start with two slashes.
    const url = location.origin + sent
    const response = await fetch(url, { cache: 'no-store', headers: { accept }, signal: signal ?? null })
    return { response, url }
  }
  return {
    ask,
    async askBesides(path, signal) {
      const asked = await ask(path, signal)
      onBesides(asked.response.headers.get('x-amz-cf-id') ?? '')
      return asked
    },
  }
}

/** @param expires a time from now such as `1h`. Empty: never. */
export async function sign(path: string, expires: string, signal?: AbortSignal): Promise<Signed> {
  const query = new URLSearchParams({ sign: path, expires })
  const response = await fetch(`/?${query}`, { signal: signal ?? null })
  return (await response.json()) as Signed
}

/** What can't be signed is wrong, and the service says so. */
async function signedOrAsIs(path: string, signal: AbortSignal | undefined): Promise<string> {
  const signed = await sign(path, PAGE_EXPIRES, signal)
  return 'path' in signed ? signed.path : path
}

/** The service's own words for a refusal: `BROKEN: the file …`. */
export async function refusalIn(response: Response): Promise<string> {
  const isText = response.headers.get('content-type')?.startsWith('text/plain') === true
  const text = isText ? (await response.text()).trim() : ''
  return text === '' ? `Status ${response.status}` : text
}
