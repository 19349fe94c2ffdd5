import type { Gallery, GalleryImage } from '../messages.js'
import { byId, checkered, make } from './elements.js'
import { count } from '../../../lib/text.js'
import { sizeText } from '../../../lib/units.js'

/** What has been made so far, newest first. */
export interface GalleryView {
  /** Looks anew, once for what comes in quick succession. */
  refresh(): void
}

const STEP = 60
const REST_MS = 500

/**
 * @param onPick told of the path of a picture that was clicked.
 * @param stored whether stored images can be shown as they lie there, without asking the edge for them.
 */
export function createGalleryView(onPick: (path: string) => void, stored: () => boolean): GalleryView {
  const list = byId('gallery-list', HTMLUListElement)
  const heading = byId('gallery-count', HTMLElement)
  const more = byId('gallery-more', HTMLButtonElement)
  /** Kept while they stay the same, so that no thumbnail flickers and no focus is lost. */
  let items = new Map<string, HTMLLIElement>()
  let wanted = STEP
  let state: 'idle' | 'resting' | 'asked again' = 'idle'

  const show = ({ total, images }: Gallery) => {
    heading.textContent = total === 0 ? 'Nothing yet: what is asked for comes here.' : count(total, 'image')
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
      // The server is away, and the page says so elsewhere.
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
  // Beside the button, since what is in a button can't be selected, and so not be copied.
  return make(
    'li',
    {},
    button,
    make('span', { className: 'path', textContent: path, title: readable(path) }),
    about,
  )
}

/** A path as people read it, where it can be decoded. */
export function readable(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
