import type { Field } from '../../../../../handler/shared/grammar/token.js'
import { colorField } from '../color-field.js'
import { make } from '../elements.js'

/** What a row of the grammar is entered with. Its value is text, empty for nothing. */
export interface Control {
  element: HTMLElement
  value(): string
  show(value: string): void
  /** Takes note of an edit in the form. */
  follow?(edited: EventTarget | null): void
}

/** @param nothing the word for the empty choice. Without it, the first choice says nothing. */
export function choiceControl(
  name: string,
  label: string,
  choices: readonly string[],
  nothing: string | undefined,
): Control {
  const words = nothing === undefined ? choices : ['', ...choices]
  const radios = words.map((value) => radio(name, value, value === '' ? (nothing ?? '') : value))
  const [first] = radios
  return {
    element: make(
      'div',
      { className: 'choices tight', role: 'radiogroup', ariaLabel: label },
      ...radios.map(({ element }) => element),
    ),
    value: () => radios.find(({ input }) => input.checked)?.input.value ?? '',
    show(value) {
      const chosen = radios.find(({ input }) => input.value === value) ?? first
      if (chosen) chosen.input.checked = true
    },
  }
}

export function radio(name: string, value: string, text: string, spoken?: string) {
  const input = make('input', { type: 'radio', name: `picture-${name}`, value })
  if (spoken !== undefined) input.ariaLabel = spoken
  return { input, element: make('label', {}, input, make('span', { textContent: text })) }
}

export function flagControl(name: string, label: string): Control {
  const input = make('input', { type: 'checkbox', name: `picture-${name}` })
  return {
    element: make(
      'div',
      { className: 'choices flag' },
      make('label', {}, input, make('span', { textContent: label })),
    ),
    value: () => (input.checked ? name : ''),
    show(value) {
      input.checked = value !== ''
    },
  }
}

export function fieldControl(name: string, label: string, field: Field): Control {
  const input = inputOf(name, field)
  return {
    element: make('label', { className: 'field' }, label, input),
    value: () => input.value,
    show(value) {
      // What is typed stays as it is typed.
      if (document.activeElement !== input || input.value.trim() === '') input.value = value
    },
  }
}

export function inputOf(name: string, field: Field): HTMLInputElement {
  const input = make('input', { name: `picture-${name}`, autocomplete: 'off', spellcheck: false })
  if (field.kind === 'number')
    Object.assign(input, {
      type: 'number',
      inputMode: 'numeric',
      min: String(field.min),
      max: String(field.max),
      step: '1',
    })
  if (field.kind === 'pattern') input.placeholder = field.example
  return input
}

export function backgroundControl(name: string): Control {
  const field = inputOf(name, { kind: 'color' })
  field.placeholder = 'none'
  field.ariaLabel = 'Background: hex digits, white, black, or empty for none'
  const picker = make('input', { type: 'color', value: '#ffffff', ariaLabel: 'Choose the background' })
  const color = colorField(field, picker)
  return {
    element: make('div', { className: 'color' }, field, picker),
    // CSS writes a colour with #. In a URL it would need encoding, and is optional.
    value: () => color.value().trim().replace(/^#/, ''),
    show: (value) => color.show(value),
    follow: (edited) => color.follow(edited),
  }
}
