import { colorField, colorNames } from './color-field.js'
import { byId } from './elements.js'
import { FIRST, QUALITY, readPath, writePath, type Wanted } from './url.js'

/** The form that builds a URL of the built-in generator. */
export interface Form {
  /** Says what the path says, as far as it says it. */
  show(path: string): void
  setUsualText(text: string): void
}

/** How a path was given: still being typed, chosen among others where the next may follow at once, or done. */
export type Manner = 'typing' | 'choosing' | 'done'

/**
 * @param onEdit told of each change; the path is `undefined` as long as something is missing for one, and what
 * was told before does not count any more.
 */
export function createForm(onEdit: (path: string | undefined, manner: Manner) => void): Form {
  const form = byId('form', HTMLFormElement)
  const preset = byId('preset', HTMLSelectElement)
  const input = (id: string) => byId(id, HTMLInputElement)
  const [width, height, quality, text] = [input('width'), input('height'), input('quality'), input('text')]
  const background = colorField(input('background'), input('background-picker'))
  const foreground = colorField(input('foreground'), input('foreground-picker'))
  byId('colors', HTMLDataListElement).append(...colorNames())
  /** What the URL says by now, as far as the form knows. */
  let said = ''
  /** Whether the last thing done was done by keyboard, where arrow keys choose all that is on their way. */
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
  /** Whether the URL is one that the form can't say: then what it has is not that URL's. */
  const setOther = (other: boolean) => {
    byId('form-other', HTMLElement).hidden = !other
  }
  /** @returns whether it lacks a width or a height. */
  const tellMissing = (): boolean => {
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
    if (tellMissing()) return onEdit(undefined, manner)
    said = writePath(read())
    onEdit(said, manner)
  }
  /** “Own” was chosen and nothing is written yet: it would be asked for what nobody wants. */
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
    // With the arrow keys, the choice after this one has to be within reach.
    const isText = target instanceof HTMLInputElement && target.name === 'text-kind'
    if (isText && target.value === 'own' && !byKey) text.focus()
  })
  // Left empty, it is meant to be; unless it was left for another choice, which then follows at once. Where
  // another window is gone to, it is still the one that is written in.
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
      choose('scale', wanted.scale)
      background.show(wanted.background)
      choose('format', wanted.format)
      choose('text-kind', wanted.text === undefined ? 'usual' : wanted.text === '' ? 'none' : 'own')
      if (wanted.text) text.value = wanted.text
      choose('foreground-kind', wanted.foreground === undefined ? 'auto' : 'own')
      if (wanted.foreground !== undefined) foreground.show(wanted.foreground)
      quality.value = wanted.quality
      fit()
      tellMissing()
    },
    setUsualText(usual) {
      byId('usual-text', HTMLElement).textContent = usual === '' ? 'As configured: none' : `“${usual}”`
    },
  }
}
