import { byId } from '../elements.js'
import { sign } from './service.js'

/** The signed URL, on a mount whose URLs need a signature. */
export interface SignedView {
  /** @param path `undefined` where no signature is needed. */
  show(path: string | undefined): void
  /** The signed URL of the path, if it is the one that is shown. */
  urlOf(path: string): string | undefined
}

export function createSigned(): SignedView {
  const box = byId('signed', HTMLElement)
  const text = byId('signed-url', HTMLElement)
  const line = byId('signed-until', HTMLElement)
  const expires = byId('signed-expires', HTMLSelectElement)
  let path: string | undefined
  let url: string | undefined
  let asking: AbortController | undefined

  const refresh = async () => {
    asking?.abort()
    asking = new AbortController()
    const { signal } = asking
    url = undefined
    if (path === undefined) return
    try {
      const signed = await sign(path, expires.value, signal)
      if (signal.aborted) return
      url = 'path' in signed ? location.origin + signed.path : undefined
      text.textContent = url ?? `${path}, without a signature`
      line.textContent =
        'path' in signed
          ? signed.expires === undefined
            ? 'Works until the key is replaced.'
            : `Works until ${new Date(signed.expires).toLocaleString()}.`
          : `${signed.code}: ${signed.message}`
    } catch {
      // Another path came, or the server can't be reached, which the page says elsewhere.
    }
  }
  expires.addEventListener('change', () => void refresh())
  return {
    urlOf: (asked) => (asked === path ? url : undefined),
    show(next) {
      path = next
      box.hidden = next === undefined
      void refresh()
    },
  }
}
