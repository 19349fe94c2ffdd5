import { formatColor, parseColor } from '../../../../handler/shared/grammar/color.js'
import { CSS_COLORS } from '../../../../handler/shared/grammar/css-colors.js'
import { make } from './elements.js'

/** A text field for any colour, and the browser's picker for opaque ones: each shows what the other says. */
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

/** What such a field suggests. */
export function colorNames(): HTMLOptionElement[] {
  return ['transparent', ...Object.keys(CSS_COLORS)].map((name) => make('option', { value: name }))
}
