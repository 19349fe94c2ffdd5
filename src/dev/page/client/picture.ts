import type { Explained, RequestEntry } from '../messages.js'
import { byId, checkered, make, rows } from './elements.js'
import { createReport } from './report.js'
import { sizeText } from '../../../lib/units.js'
import { altText, cacheWord } from './words.js'

/** The image, or the error, that the path gives. */
export interface Picture {
  /** Asks for the path once, and shows the answer with its headers. */
  load(path: string, explained: Promise<Explained | undefined>): Promise<void>
  /** Shows these words instead: there is nothing to ask for. */
  none(path: string, words: string): void
  /** What is known of a request by now; taken up if it is the one whose answer is shown. */
  report(entry: RequestEntry): void
  /** The path whose answer is shown or awaited. */
  shown(): string | undefined
  /** Whether it was asked for, and nobody answered. */
  unanswered(): boolean
}

const LONGEST_TEXT = 64 * 1024
const LATE_MS = 400

/** @param known what is known of a request by its id. */
export function createPicture(known: (id: string) => RequestEntry | undefined): Picture {
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
    // Also SVG is shown as an image only, in which no script runs.
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
    // CloudFront's own page is much markup that says little.
    const title = make('summary', { textContent: 'What the viewer gets' })
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
        // Past the browser's own cache, so that the edge's is seen. A path can start with two slashes.
        const response = await fetch(location.origin + wanted, { cache: 'no-store', signal })
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
        open.href = location.origin + wanted
        open.hidden = false
        const seen = {
          id: said('x-amz-cf-id') ?? '',
          word: cacheWord(said('x-cache')),
          status: response.status,
          aged: said('age') !== null,
          server: said('server') ?? '',
          html: type.startsWith('text/html'),
        }
        report.tell(seen, text)
        if (text === undefined) await showImage(blob, Promise.resolve(alt), signal)
        else showText(text, seen.html)
      } catch {
        if (signal.aborted) return
        unanswered = true
        showNothing('No answer', 'No answer: genato dev can’t be reached.')
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
