import type { Explained, RequestEntry } from '../messages.js'
import { byId, checkered, make, rows } from './elements.js'
import { timingRows } from './timings.js'
import { altText, cacheInWords, cacheWord, sizeInWords } from './words.js'

/** The image, or the error, that the path gives. */
export interface Picture {
  /** Asks for the path once, and shows the answer with its headers. */
  load(path: string, explained: Promise<Explained | undefined>): Promise<void>
  /** What is known of a request by now; taken up if it is the one whose answer is shown. */
  report(entry: RequestEntry): void
  /** The path whose answer is shown or awaited. */
  shown(): string | undefined
}

const LONGEST_TEXT = 64 * 1024

/** @param known what is known of a request by its id. */
export function createPicture(known: (id: string) => RequestEntry | undefined): Picture {
  const section = byId('picture', HTMLElement)
  const frame = byId('frame', HTMLElement)
  const summary = byId('summary', HTMLElement)
  const cache = byId('cache', HTMLElement)
  const timings = byId('timings', HTMLElement)
  const headers = byId('headers', HTMLElement)
  const reason = byId('reason', HTMLElement)
  const open = byId('open', HTMLAnchorElement)
  let path: string | undefined
  let asking: AbortController | undefined
  let answer: { id: string; word: string; status: number; text: string | undefined } | undefined
  let blobUrl: string | undefined

  const showTimes = (entry: RequestEntry | undefined) => {
    if (!answer) return
    const { word, status, text } = answer
    cache.replaceChildren(make('b', { textContent: word, className: status >= 400 ? 'bad' : 'good' }))
    cache.append(` ${cacheInWords(word, status, entry)}`)
    // Of a wrong URL, the answer has told all there is; of a failure, it tells nothing.
    const why = ((status >= 500 ? entry?.function?.error : undefined) ?? entry?.reason ?? '').trim()
    reason.textContent = why === text?.trim() ? '' : why
    reason.hidden = reason.textContent === ''
    byId('times', HTMLElement).hidden = entry === undefined
    if (entry) timings.replaceChildren(...timingRows(entry))
  }
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
  const showText = (text: string) => {
    frame.className = 'text'
    frame.replaceChildren(make('pre', { textContent: text, tabIndex: 0 }))
  }

  return {
    shown: () => path,
    async load(wanted, explained) {
      asking?.abort()
      asking = new AbortController()
      const { signal } = asking
      path = wanted
      section.setAttribute('aria-busy', 'true')
      const late = setTimeout(() => {
        if (!signal.aborted) summary.textContent = `Waiting for ${wanted} …`
      }, 400)
      try {
        // Past the browser's own cache, so that the edge's is seen. A path can start with two slashes.
        const response = await fetch(location.origin + wanted, { cache: 'no-store', signal })
        const blob = await response.blob()
        const type = response.headers.get('content-type') ?? 'no content type'
        const isImage = response.ok && type.startsWith('image/')
        const text = isImage ? undefined : await blob.slice(0, LONGEST_TEXT).text()
        if (signal.aborted) return
        clearTimeout(late)
        summary.textContent = [response.status, type, sizeInWords(blob.size)].join(' · ')
        summary.classList.toggle('bad', !response.ok)
        answer = {
          id: response.headers.get('x-amz-cf-id') ?? '',
          word: cacheWord(response.headers.get('x-cache')),
          status: response.status,
          text,
        }
        headers.replaceChildren(...rows(response.headers))
        byId('headers-box', HTMLElement).hidden = false
        open.href = location.origin + wanted
        open.hidden = false
        showTimes(known(answer.id))
        if (text !== undefined) return showText(text)
        const alt = explained.then((meaning) => (meaning ? altText(meaning, wanted) : wanted))
        await showImage(blob, alt, signal)
      } catch {
        if (signal.aborted) return
        clearTimeout(late)
        answer = undefined
        summary.textContent = 'No answer: genato dev can’t be reached.'
      } finally {
        if (!signal.aborted) section.setAttribute('aria-busy', 'false')
      }
    },
    report(entry) {
      if (entry.id === answer?.id) showTimes(entry)
    },
  }
}

function note(text: string): HTMLElement {
  return make('p', { textContent: text })
}
