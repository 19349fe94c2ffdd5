import type { Word } from '../../../../../handler/shared/grammar/token.js'
import { COMPASS, type Operations } from '../../../../../handler/shared/pictures/operations.js'
import type { PictureRules } from '../../../../../handler/shared/pictures/rules.js'
import { make } from '../elements.js'
import { inputOf, radio, type Control } from './controls.js'

const ARROWS: Readonly<Record<string, string>> = {
  topleft: '↖',
  top: '↑',
  topright: '↗',
  left: '←',
  center: '•',
  right: '→',
  bottomleft: '↙',
  bottom: '↓',
  bottomright: '↘',
}

/** Begins with something that works. */
const FIRST: Readonly<Record<string, string>> = { face: '1', at: '50x50' }
const NAMED: Readonly<Record<string, string>> = { face: 'one face', at: 'point' }

/** Sides and corners as a compass, then the words, then what has a value: `face=2`, `at=30x70`. */
export function placeControl(row: Word<Operations, PictureRules>): Control {
  const words = row.field.kind === 'choice' ? row.field.choices : []
  const isCompass = (word: string) => Object.hasOwn(ARROWS, word)
  const compass = Object.keys(ARROWS)
    .filter((word) => words.includes(word))
    .map((word) => radio(row.name, word, ARROWS[word] ?? '', inWords(word)))
  const others = words.filter((word) => !isCompass(word)).map((word) => radio(row.name, word, word))
  const valued = (row.named ?? []).map(({ name, field }) => {
    const input = inputOf(name, field)
    input.ariaLabel =
      name === 'face' ? 'Number of the face, the largest first' : 'Point, in percent of width x height'
    return { name, input, choice: radio(row.name, `${name}=`, NAMED[name] ?? name) }
  })
  const radios = [...compass, ...others, ...valued.map(({ choice }) => choice)].map(({ input }) => input)
  const checked = () => radios.find((input) => input.checked)?.value ?? ''
  const fit = () => {
    for (const { name, input } of valued) input.hidden = checked() !== `${name}=`
  }
  return {
    element: make(
      'div',
      { className: 'place', role: 'radiogroup', ariaLabel: 'Place' },
      make('div', { className: 'compass choices' }, ...compass.map(({ element }) => element)),
      make(
        'div',
        { className: 'choices by' },
        ...others.map(({ element }) => element),
        ...valued.flatMap(({ choice, input }) => [choice.element, input]),
      ),
    ),
    value() {
      const value = checked()
      const found = valued.find(({ name }) => value === `${name}=`)
      if (!found) return value
      return found.input.value.trim() === '' ? '' : value + found.input.value.trim()
    },
    show(value) {
      const found = valued.find(({ name }) => value.startsWith(`${name}=`))
      const chosen = found?.choice.input ?? radios.find((input) => input.value === (value || 'center'))
      if (chosen) chosen.checked = true
      if (found && document.activeElement !== found.input)
        found.input.value = value.slice(found.name.length + 1)
      fit()
    },
    follow(edited) {
      const found = valued.find(({ choice }) => choice.input === edited)
      if (found && found.input.value === '') found.input.value = FIRST[found.name] ?? ''
      fit()
    },
  }
}

function inWords(word: string): string {
  return (COMPASS as readonly string[]).includes(word)
    ? word.replace(/^(top|bottom)(left|right)$/, '$1 $2')
    : word
}
