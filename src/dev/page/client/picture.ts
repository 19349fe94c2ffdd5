import type { Explained, RequestEntry } from '../messages.js'
import { byId, checkered, make, rows } from './elements.js'
import type { Service } from './pictures/service.js'
import { createReport } from './report.js'
import { sizeText } from '../../../lib/units.js'
import { altText, cacheWord } from './words.js'

/** The response: the image or the error. */
export interface Picture {
  /** Requests the path once, and shows the response with its headers. */
  load(path: string, explained: Promise<Explained | undefined>): Promise<void>
  /** Shows these words instead of requesting anything. */
  none(path: string, words: string): void
  /** Takes news of a request, which may be the one that is shown. */
  report(entry: RequestEntry): void
  /** The path whose response is shown or awaited. */
  shown(): string | undefined
  /** Whether its request got no response. */
  unanswered(): boolean
}

const LONGEST_TEXT = 64 * 1024
const LATE_MS = 400

/** @param known returns what is known of a request by its id. */
export function createPicture(service: Service, known: (id: string) => RequestEntry | undefined): Picture {
  const section = byId('picture', HTMLElement)
  const frame = byId('frame', HTMLElement)
  const summary = byId('summary', HTMLElement)
  const open = byId('open', HTMLAnchorElement)
  const headers = byId('headers-box', HTMLElement)
  const report = createReport(known)
  let path: string | undefined
  let asking: AbortController | undefined
  let unanswered = false
  let blobUrl: string | undefined

  const showImage = async (blob: Blob, alt: Promise<string>, signal: AbortSignal) => {
    const url = URL.createObjectURL(blob)
    // In an img, even an SVG can't run scripts.
    const image = make('img', { src: url, alt: await alt })
    const shape = await image.decode().then(
      () => `${image.naturalWidth} × ${image.naturalHeight} pixels`,
      () => undefined,
    )
    if (signal.aborted) return URL.revokeObjectURL(url)
    if (blobUrl !== undefined) URL.revokeObjectURL(blobUrl)
    blobUrl = url
    frame.className = ''
    frame.replaceChildren(shape === undefined ? note('The browser can’t show this image.') : checkered(image))
    if (shape !== undefined) summary.append(` · ${shape}`)
  }
  const showText = (text: string, folded: boolean) => {
    const body = make('pre', { textContent: text, tabIndex: 0 })
    frame.className = 'text'
    // CloudFront's error page is a lot of markup that says little.
    const title = make('summary', { textContent: 'What the viewer sees' })
    frame.replaceChildren(folded ? make('details', {}, title, body) : body)
  }
  const showNothing = (words: string, remark: string) => {
    report.clear()
    frame.className = ''
    frame.replaceChildren(note(words))
    summary.textContent = remark
    summary.classList.remove('bad')
    headers.hidden = true
    open.hidden = true
    section.setAttribute('aria-busy', 'false')
  }

  return {
    shown: () => path,
    unanswered: () => unanswered,
    none(wanted, words) {
      asking?.abort()
      path = wanted
      unanswered = false
      showNothing(words, '')
    },
    async load(wanted, explained) {
      asking?.abort()
      asking = new AbortController()
      const { signal } = asking
      path = wanted
      section.setAttribute('aria-busy', 'true')
      report.wait()
      const late = setTimeout(() => {
        if (signal.aborted) return
        summary.textContent = `Waiting for ${wanted} …`
        summary.classList.remove('bad')
      }, LATE_MS)
      try {
        const { response, url } = await service.ask(wanted, signal)
        const blob = await response.blob()
        const said = (name: string) => response.headers.get(name)
        const type = said('content-type') ?? 'no content type'
        const isImage = response.ok && type.startsWith('image/')
        const text = isImage ? undefined : await blob.slice(0, LONGEST_TEXT).text()
        const alt = isImage ? explained.then((meaning) => (meaning ? altText(meaning, wanted) : wanted)) : ''
        if (signal.aborted) return
        unanswered = false
        clearTimeout(late)
        summary.textContent = [response.status, type, sizeText(blob.size)].join(' · ')
        summary.classList.toggle('bad', !response.ok)
        byId('headers', HTMLElement).replaceChildren(...rows(response.headers))
        headers.hidden = false
        open.href = url
        open.hidden = false
        const seen = {
          id: said('x-amz-cf-id') ?? '',
          word: cacheWord(said('x-cache')),
          status: response.status,
          aged: said('age') !== null,
          server: said('server') ?? '',
          html: type.startsWith('text/html'),
        }
        report.show(seen, text)
        if (text === undefined) await showImage(blob, Promise.resolve(alt), signal)
        else showText(text, seen.html)
      } catch {
        if (signal.aborted) return
        unanswered = true
        showNothing('No response', 'No response: genato dev can’t be reached.')
      } finally {
        clearTimeout(late)
        if (!signal.aborted) section.setAttribute('aria-busy', 'false')
      }
    },
    report: (entry) => report.update(entry),
  }
}

function note(text: string): HTMLElement {
  return make('p', { textContent: text })
}
