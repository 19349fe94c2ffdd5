import type { Gallery, GalleryImage } from '../messages.js'
import { byId, checkered, make } from './elements.js'
import { count } from '../../../lib/text.js'
import { sizeText } from '../../../lib/units.js'

/** The images that were generated so far, newest first. */
export interface GalleryView {
  /** Reloads the list, once for calls in quick succession. */
  refresh(): void
}

const STEP = 60
const REST_MS = 500

/**
 * @param onPick called with the path of a clicked image.
 * @param stored whether the server shows stored images without a request through the edge.
 */
export function createGalleryView(onPick: (path: string) => void, stored: () => boolean): GalleryView {
  const list = byId('gallery-list', HTMLUListElement)
  const heading = byId('gallery-count', HTMLElement)
  const more = byId('gallery-more', HTMLButtonElement)
  /** Reused while they stay the same, so that thumbnails don't flicker and the focus stays. */
  let items = new Map<string, HTMLLIElement>()
  let wanted = STEP
  let state: 'idle' | 'resting' | 'asked again' = 'idle'

  const show = ({ total, images }: Gallery) => {
    heading.textContent = total === 0 ? 'Empty: generated images appear here.' : count(total, 'image')
    const next = new Map<string, HTMLLIElement>()
    for (const image of images) {
      const id = `${image.key} ${image.at}`
      next.set(id, items.get(id) ?? item(image, onPick, stored()))
    }
    for (const [id, element] of items) if (!next.has(id)) element.remove()
    let at = list.firstElementChild
    for (const element of next.values()) {
      if (element === at) at = at.nextElementSibling
      else list.insertBefore(element, at)
    }
    items = next
    more.hidden = total <= images.length
  }
  const look = async () => {
    try {
      const response = await fetch(`/?gallery=${wanted}`)
      if (response.ok) show((await response.json()) as Gallery)
      else heading.textContent = await response.text()
    } catch {
      // The server can't be reached, which the page says elsewhere.
    }
  }
  const refresh = () => {
    if (state !== 'idle') {
      state = 'asked again'
      return
    }
    state = 'resting'
    void look().then(() =>
      setTimeout(() => {
        const again = state === 'asked again'
        state = 'idle'
        if (again) refresh()
      }, REST_MS),
    )
  }
  more.addEventListener('click', () => {
    wanted += STEP
    refresh()
  })
  return { refresh }
}

function item(image: GalleryImage, onPick: (path: string) => void, stored: boolean): HTMLLIElement {
  const path = image.path ?? `/${image.key}`
  const source = stored ? `/?stored=${encodeURIComponent(image.key)}&at=${image.at}` : location.origin + path
  const picture = make('img', { loading: 'lazy', alt: '', src: source })
  const frame = make('span', { className: 'thumbnail' }, checkered(picture))
  const about = make('span', { className: 'quiet' })
  const button = make('button', { type: 'button', title: new Date(image.at).toLocaleString() }, frame)
  const describe = (shape: string) => {
    const size = image.size === undefined ? '' : sizeText(image.size)
    about.textContent = [shape, size].filter((part) => part !== '').join(' · ')
    button.ariaLabel = `${path} ${about.textContent}`
  }
  describe('')
  picture.addEventListener('load', () => describe(`${picture.naturalWidth} × ${picture.naturalHeight}`))
  picture.addEventListener('error', () => frame.replaceChildren(make('span', { textContent: 'no preview' })))
  button.addEventListener('click', () => onPick(path))
  // Text in a button can't be selected and copied, so this is beside it.
  return make(
    'li',
    {},
    button,
    make('span', { className: 'path', textContent: path, title: readable(path) }),
    about,
  )
}

/** A path for people: decoded, if that is possible. */
export function readable(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
