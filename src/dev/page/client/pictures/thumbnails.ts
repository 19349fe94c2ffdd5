import { make } from '../elements.js'
import { refusalIn, type Service } from './service.js'

/** More at once would keep the function from the picture that the user waits for. */
const AT_ONCE = 2

/** Loads thumbnails when they come into view, a few at a time. */
export interface Thumbnails {
  /** @returns the place of the image, which is empty until it is loaded. */
  add(path: string | undefined): HTMLElement
  /** Frees what it holds. */
  remove(frame: HTMLElement): void
}

export function createThumbnails(service: Service): Thumbnails {
  const paths = new Map<Element, string>()
  const urls = new Map<Element, string>()
  const waiting = new Set<HTMLElement>()
  let loading = 0

  const next = () => {
    const [frame] = waiting
    if (!frame || loading >= AT_ONCE) return
    waiting.delete(frame)
    loading++
    void load(frame).finally(() => {
      loading--
      next()
    })
    next()
  }
  const load = async (frame: HTMLElement) => {
    const path = paths.get(frame)
    if (path === undefined) return
    frame.classList.add('loading')
    try {
      const { response } = await service.askBesides(path)
      if (!response.ok) return say(frame, await refusalIn(response))
      const url = URL.createObjectURL(await response.blob())
      if (!paths.has(frame)) return URL.revokeObjectURL(url)
      urls.set(frame, url)
      const image = make('img', { alt: '', src: url })
      await image.decode()
      frame.replaceChildren(image)
    } catch {
      say(frame, 'no preview')
    } finally {
      frame.classList.remove('loading')
    }
  }
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!(target instanceof HTMLElement)) continue
        if (!isIntersecting) waiting.delete(target)
        else if (!urls.has(target)) {
          waiting.add(target)
          next()
        }
      }
    },
    { rootMargin: '0px 300px' },
  )
  return {
    add(path) {
      const frame = make('span', { className: 'preview' })
      if (path === undefined) return frame
      paths.set(frame, path)
      seen.observe(frame)
      return frame
    },
    remove(frame) {
      const url = urls.get(frame)
      if (url !== undefined) URL.revokeObjectURL(url)
      for (const map of [paths, urls]) map.delete(frame)
      waiting.delete(frame)
      seen.unobserve(frame)
    },
  }
}

/** The code alone has room. The rest is in the title. */
function say(frame: HTMLElement, words: string): void {
  frame.replaceChildren(make('span', { textContent: words.split(':', 1)[0] ?? words, title: words }))
}
