import { readOperationsKey } from '../../../../../handler/shared/pictures/key.js'
import { canonicalOperations, canonicalPicturePath } from '../../../../../handler/shared/pictures/path.js'
import type { MountAbout } from '../../messages.js'
import { byId, make } from '../elements.js'

/** A choice of a mount that allows nothing else. */
export interface AllowedChoice {
  /** As in a URL: `400x300,webp`. */
  text: string
  /** The path for an original. */
  path(key: string): string
  isPicture: boolean
}

export function choicesOf({ name, allowed = [] }: MountAbout): AllowedChoice[] {
  return allowed.flatMap((written) => {
    const operations = readOperationsKey(written)
    if (!operations) return []
    const path = (key: string) => canonicalPicturePath({ kind: 'rendition', mount: name, operations, key })
    return [{ text: canonicalOperations(operations), path, isPicture: operations.format.kind !== 'json' }]
  })
}

/** Shows the choices in the form's place. */
export function showAllowed(
  choices: readonly AllowedChoice[],
  path: string,
  key: string,
  onPick: (path: string) => void,
): void {
  byId('allowed-list', HTMLUListElement).replaceChildren(
    ...choices.map((choice) => {
      const to = choice.path(key)
      const button = make('button', { type: 'button', className: 'example', textContent: choice.text })
      button.ariaPressed = String(to === path)
      button.addEventListener('click', () => onPick(to))
      return make('li', {}, button)
    }),
  )
}
