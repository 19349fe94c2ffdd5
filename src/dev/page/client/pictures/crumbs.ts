import type { OriginalsList } from '../../messages.js'
import { make } from '../elements.js'

/** The way to the folder, and the folders within it. None while searching. */
export function crumbsOf(
  found: OriginalsList,
  folder: string | undefined,
  onEnter: (folder: string) => void,
) {
  if (folder === undefined || (folder === '' && found.folders.length === 0)) return []
  const button = (to: string, text: string, current: boolean) => {
    const made = make('button', { type: 'button', className: 'crumb', textContent: text })
    if (current) made.ariaCurrent = 'location'
    made.addEventListener('click', () => onEnter(to))
    return made
  }
  const names = folder.split('/').slice(0, -1)
  const path = names.map((name, at) => ({ to: `${names.slice(0, at + 1).join('/')}/`, text: `${name}/` }))
  return [
    ...[{ to: '', text: `${found.mount}/` }, ...path].map(({ to, text }) => button(to, text, to === folder)),
    ...(found.folders.length === 0 ? [] : [make('span', { className: 'divider', ariaHidden: 'true' })]),
    ...found.folders.map((to) => button(to, to.slice(folder.length), false)),
  ]
}
