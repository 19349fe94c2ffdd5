import { IMAGE_GRAMMAR } from '../../../../handler/shared/grammar/image-grammar.js'
import { defaultQuality, FORMATS, type Format } from '../../../../handler/shared/grammar/image.js'
import { colorField, colorNames } from './color-field.js'
import { byId, make } from './elements.js'
import { FIRST, readPath, writePath, type Wanted } from './url.js'

/** The form that builds a URL of the built-in generator. */
export interface Form {
  /** Fills in what the path says. */
  show(path: string): void
  setUsualText(text: string): void
}

/** How a path was entered: still being typed, chosen while the next choice may follow at once, or finished. */
export type Manner = 'typing' | 'choosing' | 'done'

/**
 * @param onEdit called on each change. An `undefined` path means that something is missing, and cancels the
 * path of the previous call.
 */
export function createForm(onEdit: (path: string | undefined, manner: Manner) => void): Form {
  const form = byId('form', HTMLFormElement)
  const preset = byId('preset', HTMLSelectElement)
  const input = (id: string) => byId(id, HTMLInputElement)
  const [width, height, quality, text] = [input('width'), input('height'), input('quality'), input('text')]
  const background = colorField(input('background'), input('background-picker'))
  const foreground = colorField(input('foreground'), input('foreground-picker'))
  byId('colors', HTMLDataListElement).append(...colorNames())
  addFields(quality)
  /** The URL that the form last wrote or showed. */
  let said = ''
  /** Whether the last action came from the keyboard, where the arrow keys choose everything on their way. */
  let byKey = false

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
    tokens: {
      background: background.value(),
      format: chosen('format'),
      text: chosen('text-kind') === 'usual' ? undefined : chosen('text-kind') === 'none' ? '' : text.value,
      fg: chosen('foreground-kind') === 'auto' ? undefined : foreground.value(),
      q: qualityOf(chosen('format')) === undefined ? undefined : quality.value.trim(),
    },
  })
  /** Hides fields that mean nothing for the other choices, so that the keyboard skips them too. */
  const fit = () => {
    const usualQuality = qualityOf(chosen('format'))
    byId('quality-field', HTMLElement).hidden = usualQuality === undefined
    quality.placeholder = String(usualQuality ?? '')
    byId('text-field', HTMLElement).hidden = chosen('text-kind') !== 'own'
    byId('foreground-field', HTMLElement).hidden = chosen('foreground-kind') !== 'own'
    const size = `${width.value}x${height.value}`
    preset.value = [...preset.options].some(({ value }) => value === size) ? size : ''
  }
  /** @param other whether the form can't express the URL, and so shows another. */
  const setOther = (other: boolean) => {
    byId('form-other', HTMLElement).hidden = !other
  }
  /** @returns whether the width or the height is missing. */
  const showMissing = (): boolean => {
    const lacking = [width, height].filter((side) => side.value.trim() === '')
    for (const side of [width, height]) side.setAttribute('aria-invalid', String(lacking.includes(side)))
    const line = byId('missing', HTMLElement)
    line.hidden = lacking.length === 0
    const names = lacking.map((side) => (side === width ? 'width' : 'height'))
    const words = `The ${names.join(' and the ')} ${names.length === 1 ? 'is' : 'are'} missing.`
    if (line.textContent !== words) line.textContent = words
    return lacking.length > 0
  }
  const edited = (manner: Manner) => {
    fit()
    setOther(false)
    if (showMissing()) return onEdit(undefined, manner)
    said = writePath(read())
    onEdit(said, manner)
  }
  /** “Custom” was chosen and nothing is typed yet: an image without a text is not what the user wants. */
  const awaitsText = (target: EventTarget | null) =>
    target instanceof HTMLInputElement &&
    target.name === 'text-kind' &&
    chosen('text-kind') === 'own' &&
    text.value === ''

  preset.addEventListener('change', (event) => {
    event.stopPropagation()
    if (preset.value === '') return
    const [presetWidth = '', presetHeight = ''] = preset.value.split('x')
    width.value = presetWidth
    height.value = presetHeight
    edited(byKey ? 'choosing' : 'done')
  })
  form.addEventListener('input', ({ target }) => {
    if (target === preset || awaitsText(target)) return
    background.follow(target)
    foreground.follow(target)
    edited('typing')
  })
  form.addEventListener('change', ({ target }) => {
    if (awaitsText(target)) {
      fit()
      onEdit(undefined, 'choosing')
    } else edited(byKey ? 'choosing' : 'done')
    // With the arrow keys, the next choice must stay within reach.
    const isText = target instanceof HTMLInputElement && target.name === 'text-kind'
    if (isText && target.value === 'own' && !byKey) text.focus()
  })
  // A text that is left empty is meant to be empty, unless another choice follows at once. When the user switches
  // windows, the field keeps its focus and the text is not finished.
  text.addEventListener('focusout', () => {
    if (document.activeElement === text) return
    if (chosen('text-kind') === 'own' && writePath(read()) !== said) edited('choosing')
  })
  form.addEventListener('pointerdown', () => (byKey = false), { capture: true })
  form.addEventListener('keydown', () => (byKey = true), { capture: true })

  return {
    show(path) {
      const found = readPath(path)
      setOther(found === undefined)
      const wanted = found ?? readPath(FIRST)
      if (!wanted) return
      said = path
      width.value = wanted.width
      height.value = wanted.height
      const { background: color = '', format = '', text: words, fg, q = '' } = wanted.tokens
      choose('scale', wanted.scale)
      background.show(color)
      choose('format', format)
      choose('text-kind', words === undefined ? 'usual' : words === '' ? 'none' : 'own')
      if (words) text.value = words
      choose('foreground-kind', fg === undefined ? 'auto' : 'own')
      if (fg !== undefined) foreground.show(fg)
      quality.value = q
      fit()
      showMissing()
    },
    setUsualText(usual) {
      byId('usual-text', HTMLElement).textContent = usual === '' ? 'As configured: none' : `“${usual}”`
    },
  }
}

/** Adds what the grammar knows better than the markup: the formats to choose from, and the range of the quality. */
function addFields(quality: HTMLInputElement): void {
  for (const { name, field } of IMAGE_GRAMMAR.tokens) {
    if (field.kind === 'choice')
      byId(name, HTMLElement).append(
        ...field.choices.map((value, index) =>
          make(
            'label',
            {},
            make('input', { type: 'radio', name, value, defaultChecked: index === 0 }),
            make('span', { textContent: value }),
          ),
        ),
      )
    if (field.kind === 'number') Object.assign(quality, { min: String(field.min), max: String(field.max) })
  }
}

/** A format's default quality, or `undefined` if it has none. */
function qualityOf(format: string): number | undefined {
  return Object.hasOwn(FORMATS, format) ? defaultQuality(format as Format) : undefined
}
