import { COLOR_NAMES, formatColor, parseColor } from '../../../../handler/shared/grammar/color.js'
import { make } from './elements.js'

/** A text field for any colour, in sync with the browser's picker for opaque ones. */
export function colorField(field: HTMLInputElement, picker: HTMLInputElement) {
  const toPicker = () => {
    const color = parseColor(field.value.trim())
    if (!color) return
    const hex = [color.r, color.g, color.b].map((channel) => channel.toString(16).padStart(2, '0')).join('')
    picker.value = `#${hex}`
  }
  return {
    value: () => field.value,
    show(value: string) {
      field.value = value
      toPicker()
    },
    follow(edited: EventTarget | null) {
      if (edited === field) toPicker()
      if (edited !== picker) return
      const color = parseColor(picker.value)
      if (color) field.value = formatColor(color)
    },
  }
}

/** The suggestions of such a field. */
export function colorNames(): HTMLOptionElement[] {
  return COLOR_NAMES.map((name) => make('option', { value: name }))
}
