import { CSS_COLORS } from '../../../../handler/grammar/css-colors.js'
import { formatColor, parseColor } from '../../../../handler/grammar/color.js'
import { byId, make } from './elements.js'
import { QUALITY, readPath, writePath, type Wanted } from './url.js'

/** The form that builds a URL of the built-in generator. */
export interface Form {
  /** Says what the path says, as far as it says it. */
  show(path: string): void
  setUsualText(text: string): void
}

/** @param onEdit told of each change; `done` once a field is left or a choice is made, not at every key. */
export function createForm(onEdit: (path: string, done: boolean) => void): Form {
  const form = byId('form', HTMLFormElement)
  const preset = byId('preset', HTMLSelectElement)
  const input = (id: string) => byId(id, HTMLInputElement)
  const [width, height, quality, text] = [input('width'), input('height'), input('quality'), input('text')]
  const background = colorField(input('background'), input('background-picker'))
  const foreground = colorField(input('foreground'), input('foreground-picker'))
  byId('colors', HTMLDataListElement).append(
    ...['transparent', ...Object.keys(CSS_COLORS)].map((name) => make('option', { value: name })),
  )

  const chosen = (name: string) => {
    const control = form.elements.namedItem(name)
    return control instanceof RadioNodeList ? control.value : ''
  }
  const choose = (name: string, value: string) => {
    const control = form.elements.namedItem(name)
    if (control instanceof RadioNodeList) control.value = value
  }
  const read = (): Wanted => ({
    width: width.value.trim(),
    height: height.value.trim(),
    scale: chosen('scale'),
    background: background.value(),
    format: chosen('format'),
    text: chosen('text-kind') === 'usual' ? undefined : chosen('text-kind') === 'none' ? '' : text.value,
    foreground: chosen('foreground-kind') === 'auto' ? undefined : foreground.value(),
    quality: quality.value.trim(),
  })
  /** What does not matter for what is chosen is not shown, and so not reached by keyboard either. */
  const fit = () => {
    const format = chosen('format')
    byId('quality-field', HTMLElement).hidden = !(format in QUALITY)
    quality.placeholder = String(QUALITY[format] ?? '')
    byId('text-field', HTMLElement).hidden = chosen('text-kind') !== 'own'
    byId('foreground-field', HTMLElement).hidden = chosen('foreground-kind') !== 'own'
    const size = `${width.value}x${height.value}`
    preset.value = [...preset.options].some(({ value }) => value === size) ? size : ''
  }
  const edited = (done: boolean) => {
    fit()
    onEdit(writePath(read()), done)
  }

  preset.addEventListener('change', (event) => {
    event.stopPropagation()
    if (preset.value === '') return
    const [presetWidth = '', presetHeight = ''] = preset.value.split('x')
    width.value = presetWidth
    height.value = presetHeight
    edited(true)
  })
  form.addEventListener('input', ({ target }) => {
    if (target === preset) return
    background.follow(target)
    foreground.follow(target)
    edited(false)
  })
  form.addEventListener('change', () => edited(true))

  return {
    show(path) {
      const wanted = readPath(path)
      if (!wanted) return
      width.value = wanted.width
      height.value = wanted.height
      choose('scale', wanted.scale)
      background.show(wanted.background)
      choose('format', wanted.format)
      choose('text-kind', wanted.text === undefined ? 'usual' : wanted.text === '' ? 'none' : 'own')
      if (wanted.text) text.value = wanted.text
      choose('foreground-kind', wanted.foreground === undefined ? 'auto' : 'own')
      if (wanted.foreground !== undefined) foreground.show(wanted.foreground)
      quality.value = wanted.quality
      fit()
    },
    setUsualText(usual) {
      byId('usual-text', HTMLElement).textContent = usual === '' ? 'As configured: none' : `“${usual}”`
    },
  }
}

/** A text field for any colour, and the browser's picker for opaque ones: each shows what the other says. */
function colorField(field: HTMLInputElement, picker: HTMLInputElement) {
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
