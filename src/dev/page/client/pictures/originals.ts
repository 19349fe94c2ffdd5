import { count } from '../../../../lib/text.js'
import { sizeText } from '../../../../lib/units.js'
import type { MountAbout, Original, OriginalsList } from '../../messages.js'
import { byId, make } from '../elements.js'
import { crumbsOf } from './crumbs.js'
import { moveByKey } from './roving.js'
import type { Thumbnails } from './thumbnails.js'

/** The originals to choose from. */
export interface OriginalsView {
  setMounts(mounts: readonly MountAbout[]): void
  /** Marks the original that is chosen, and goes to its folder once. */
  choose(mount: string, key: string): void
  /** Loads the list again, once for calls in quick succession. */
  refresh(): void
  /** The first original of a mount that has any. */
  first(mounts: readonly MountAbout[]): Promise<{ mount: string; key: string } | undefined>
}

const STEP = 60
/** With fewer, a search would find what can be seen anyway. */
const SEARCHED_FROM = 13
const REST_MS = 400

interface Parts {
  thumbnails: Thumbnails
  /** The path of an original's thumbnail, if the mount gives one. */
  thumbnailOf: (mount: string, key: string) => string | undefined
  onPick: (mount: string, key: string) => void
}

export function createOriginalsView({ thumbnails, thumbnailOf, onPick }: Parts): OriginalsView {
  const list = byId('originals-list', HTMLUListElement)
  const line = byId('originals-count', HTMLElement)
  const crumbs = byId('originals-folders', HTMLElement)
  const select = byId('originals-mount', HTMLSelectElement)
  const search = byId('originals-search', HTMLInputElement)
  const searchField = byId('originals-search-field', HTMLElement)
  const more = byId('originals-more', HTMLButtonElement)
  /** Reused while they stay the same, so that thumbnails don't flicker and the focus stays. */
  let items = new Map<string, HTMLLIElement>()
  let mount = ''
  let folder = ''
  let chosen: { mount: string; key: string } | undefined
  let wanted = STEP
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const ask = async (from: { mount: string; folder?: string; search?: string; count: number }) => {
    const query = new URLSearchParams({
      originals: from.mount,
      folder: from.folder ?? '',
      search: from.search ?? '',
      count: String(from.count),
    })
    const response = await fetch(`/?${query}`)
    if (!response.ok) throw new Error((await response.text()).trim())
    return (await response.json()) as OriginalsList
  }
  const mark = () => {
    for (const item of items.values())
      item.ariaSelected = String(chosen?.mount === mount && item.dataset['key'] === chosen.key)
    const focusable =
      [...items.values()].find((item) => item.ariaSelected === 'true') ?? [...items.values()][0]
    for (const item of items.values()) item.tabIndex = item === focusable ? 0 : -1
  }
  const enter = (next: string) => {
    folder = next
    search.value = ''
    wanted = STEP
    list.scrollLeft = 0
    load()
  }
  const show = (found: OriginalsList) => {
    searchField.hidden = found.all < SEARCHED_FROM
    line.textContent = countInWords(found, search.value)
    crumbs.replaceChildren(...crumbsOf(found, search.value === '' ? folder : undefined, enter))
    crumbs.hidden = crumbs.childElementCount === 0
    const next = new Map<string, HTMLLIElement>()
    for (const original of found.originals) {
      const id = `${found.mount} ${original.key} ${original.at} ${original.size}`
      next.set(id, items.get(id) ?? item(original, folder))
    }
    const hadFocus = list.contains(document.activeElement)
    for (const [id, element] of items)
      if (!next.has(id)) {
        const frame = element.querySelector<HTMLElement>('.preview')
        if (frame) thumbnails.remove(frame)
        element.remove()
      }
    let at = list.firstElementChild
    for (const element of next.values()) {
      if (element === at) at = at.nextElementSibling
      else list.insertBefore(element, at)
    }
    items = next
    more.hidden = found.total <= found.originals.length
    mark()
    if (hadFocus && !list.contains(document.activeElement))
      list.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
  }
  const item = ({ key, size }: Original, within: string) => {
    const name = within !== '' && key.startsWith(within) ? key.slice(within.length) : key
    const element = make(
      'li',
      { role: 'option', title: key, ariaLabel: `${key}, ${sizeText(size)}` },
      thumbnails.add(thumbnailOf(mount, key)),
      make('span', { className: 'name', textContent: name }),
    )
    element.dataset['key'] = key
    return element
  }
  const look = async () => {
    const question = ++asked
    const searched = search.value.trim()
    try {
      const found = await ask({ mount, folder, search: searched, count: wanted })
      if (question === asked) show(found)
    } catch (error) {
      if (question === asked && error instanceof Error && error.name === 'Error')
        line.textContent = error.message
      // Otherwise the server can't be reached, which the page says elsewhere.
    }
  }
  const load = () => {
    clearTimeout(timer)
    timer = undefined
    if (mount !== '') void look()
  }
  const pick = (target: EventTarget | null) => {
    const key =
      target instanceof Element ? target.closest<HTMLElement>('[role=option]')?.dataset['key'] : undefined
    if (key !== undefined) onPick(mount, key)
  }

  list.addEventListener('click', ({ target }) => pick(target))
  list.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      pick(event.target)
    } else moveByKey(event, [...items.values()])
  })
  select.addEventListener('change', () => {
    mount = select.value
    enter('')
  })
  search.addEventListener('input', () => {
    wanted = STEP
    clearTimeout(timer)
    timer = setTimeout(load, REST_MS / 2)
  })
  more.addEventListener('click', () => {
    wanted += STEP
    load()
  })
  return {
    setMounts(mounts) {
      const names = mounts.map(({ name }) => name)
      select.replaceChildren(...names.map((name) => make('option', { value: name, textContent: name })))
      byId('originals-mount-field', HTMLElement).hidden = names.length < 2
      if (!names.includes(mount)) {
        mount = names[0] ?? ''
        folder = ''
      }
      select.value = mount
      load()
    },
    choose(nextMount, key) {
      if (chosen?.mount === nextMount && chosen.key === key) return
      chosen = { mount: nextMount, key }
      const at = key.slice(0, key.lastIndexOf('/') + 1)
      const seen = mount === nextMount && [...items.values()].some((one) => one.dataset['key'] === key)
      if (!seen && [...select.options].some(({ value }) => value === nextMount)) {
        mount = nextMount
        select.value = mount
        enter(at)
      }
      mark()
    },
    refresh() {
      timer ??= setTimeout(load, REST_MS)
    },
    async first(mounts) {
      for (const { name } of mounts) {
        const found = await ask({ mount: name, count: 1 }).catch(() => undefined)
        const [original] = found?.originals ?? []
        if (original) return { mount: name, key: original.key }
        const [below] = found?.folders ?? []
        const deeper =
          below === undefined
            ? undefined
            : await ask({ mount: name, folder: below, count: 1 }).catch(() => undefined)
        const [deep] = deeper?.originals ?? []
        if (deep) return { mount: name, key: deep.key }
      }
      return undefined
    },
  }
}

function countInWords({ all, total, place, more, folders }: OriginalsList, search: string): string {
  if (all === 0) return `No pictures yet: put some into ${place}. They appear here.`
  if (search !== '') return total === 0 ? 'Nothing found.' : `${count(total, 'match', 'matches')} in ${place}`
  const known = more ? `more than ${all.toLocaleString('en')} files` : count(all, 'file')
  return folders.length === 0 && all === total
    ? `${known} in ${place}`
    : `${total.toLocaleString('en')} here, ${known} in ${place}`
}
