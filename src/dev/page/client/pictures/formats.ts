import { PICTURE_FORMATS } from '../../../../../handler/shared/pictures/operations.js'
import { sizeText } from '../../../../lib/units.js'
import { byId, make } from '../elements.js'
import { refusalIn, type Service } from './service.js'

/** The same picture in other formats, side by side. */
export interface FormatsView {
  /** Asks for them once they come into view. @param pathOf the path with another format, or `undefined` if there is none. */
  show(pathOf: (format: string) => string | undefined, current: string): void
}

const FORMATS = ['auto', ...PICTURE_FORMATS.filter((format) => format !== 'gif')] as const
const AT_ONCE = 2
/** The picture that the user asked for comes first. */
const PAUSE_MS = 500

interface Card {
  format: string
  button: HTMLButtonElement
  frame: HTMLElement
  about: HTMLElement
  bar: HTMLElement
  bytes: number | undefined
  url: string | undefined
}

/** @param onPick called with the path of a clicked format. */
export function createFormatsView(service: Service, onPick: (path: string) => void): FormatsView {
  const section = byId('formats', HTMLElement)
  const cards = FORMATS.map((format) => card(format))
  let pathOf: ((format: string) => string | undefined) | undefined
  let inView = false
  let due = false
  let asking: AbortController | undefined
  let pause: ReturnType<typeof setTimeout> | undefined

  byId('formats-list', HTMLUListElement).append(...cards.map(({ button }) => make('li', {}, button)))
  for (const { button, format } of cards)
    button.addEventListener('click', () => {
      const path = pathOf?.(format)
      if (path !== undefined) onPick(path)
    })

  const load = async (one: Card, signal: AbortSignal) => {
    const path = pathOf?.(one.format)
    one.button.setAttribute('aria-busy', 'true')
    try {
      if (path === undefined) throw new Error('not possible here')
      const { response } = await service.askBesides(path, signal)
      if (!response.ok) throw new Error(await refusalIn(response))
      const blob = await response.blob()
      if (signal.aborted) return
      const url = URL.createObjectURL(blob)
      const image = make('img', { alt: '', src: url })
      await image.decode().catch(() => undefined)
      if (one.url !== undefined) URL.revokeObjectURL(one.url)
      one.url = url
      one.bytes = blob.size
      one.frame.replaceChildren(image)
      const given = one.format === 'auto' ? `${blob.type.replace('image/', '')} for this browser · ` : ''
      one.about.textContent = `${given}${sizeText(blob.size)}`
      one.about.classList.remove('bad')
      one.about.title = ''
    } catch (error) {
      if (signal.aborted) return
      const words = error instanceof Error ? error.message : ''
      one.bytes = undefined
      one.frame.replaceChildren()
      one.about.textContent = words.split(':', 1)[0] ?? ''
      one.about.title = words
      one.about.classList.add('bad')
    } finally {
      if (!signal.aborted) one.button.setAttribute('aria-busy', 'false')
    }
    const most = Math.max(...cards.map(({ bytes }) => bytes ?? 0))
    for (const { bar, bytes } of cards)
      bar.style.inlineSize = `${most === 0 ? 0 : ((bytes ?? 0) / most) * 100}%`
  }
  const start = () => {
    clearTimeout(pause)
    if (!due || !inView) return
    pause = setTimeout(() => {
      due = false
      asking?.abort()
      asking = new AbortController()
      const { signal } = asking
      const waiting = [...cards]
      const next = async (): Promise<void> => {
        const one = waiting.shift()
        if (!one || signal.aborted) return
        await load(one, signal)
        return next()
      }
      for (let n = 0; n < AT_ONCE; n++) void next()
    }, PAUSE_MS)
  }
  new IntersectionObserver((entries) => {
    inView = entries.some(({ isIntersecting }) => isIntersecting)
    start()
  }).observe(section)

  return {
    show(next, current) {
      pathOf = next
      due = true
      for (const { button, format } of cards) {
        button.ariaPressed = String(format === current)
        button.disabled = next(format) === undefined
      }
      start()
    },
  }
}

function card(format: string): Card {
  const frame = make('span', { className: 'sample' })
  const about = make('span', { className: 'bytes' })
  const bar = make('span', { className: 'bar' })
  const name = make('b', { textContent: format })
  const button = make(
    'button',
    { type: 'button', className: 'format' },
    frame,
    name,
    about,
    make('span', { className: 'track', ariaHidden: 'true' }, bar),
  )
  return { format, button, frame, about, bar, bytes: undefined, url: undefined }
}
