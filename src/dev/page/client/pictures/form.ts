import type { Field } from '../../../../../handler/shared/grammar/token.js'
import { PICTURE_GRAMMAR } from '../../../../../handler/shared/pictures/grammar.js'
import { DEFAULT_QUALITY, type PictureFormat } from '../../../../../handler/shared/pictures/operations.js'
import { byId, make } from '../elements.js'
import type { Manner } from '../form.js'
import { backgroundControl, choiceControl, fieldControl, flagControl, type Control } from './controls.js'
import { placeControl } from './place-control.js'
import { idleTokens, type WantedPicture } from './wanted.js'

/** The form that builds a URL of a stored picture, made from the grammar's table. */
export interface PictureForm {
  show(wanted: WantedPicture | undefined): void
  /** What the form says, for changes that are made elsewhere. */
  read(): WantedPicture
}

/** What belongs together. A row that is named nowhere comes last. */
const GROUPS: readonly (readonly [legend: string, rows: readonly string[]])[] = [
  ['Fit', ['fit']],
  ['Place', ['place', 'pad']],
  ['Crop', ['crop']],
  ['Format', ['format', 'q']],
  ['Background', ['background']],
  ['Turn', ['rotate', 'flop', 'flip']],
  ['Effects', ['mono', 'sharpen', 'still', 'enlarge', 'blur', 'v']],
]

/** The words of the form, where the URL's would say too little. */
const LABELS: Readonly<Record<string, string>> = {
  pad: 'Space around faces, in percent',
  crop: 'Width x height + left + top',
  q: 'Quality',
  rotate: 'Clockwise',
  flop: 'left to right',
  flip: 'top to bottom',
  blur: 'Blur, in pixels',
  v: 'Version, after the file has changed',
}

/** The choice of saying nothing, where no word says it. */
const NOTHING: Readonly<Record<string, string>> = { format: 'original’s', rotate: '0°' }

/** @param onEdit called on each change. `undefined`: the size is missing. */
export function createPictureForm(
  onEdit: (wanted: WantedPicture | undefined, manner: Manner) => void,
): PictureForm {
  const form = byId('picture-form', HTMLFormElement)
  const width = byId('picture-width', HTMLInputElement)
  const height = byId('picture-height', HTMLInputElement)
  const missing = byId('picture-missing', HTMLElement)
  const other = byId('picture-other', HTMLElement)
  const controls = new Map<string, Control>(
    PICTURE_GRAMMAR.tokens.map((row) => [
      row.name,
      row.name === 'place' && row.form === 'word' ? placeControl(row) : controlOf(row.name, row.field),
    ]),
  )
  let whose = { mount: '', key: '' }
  /** Whether the last action came from the keyboard, where the arrow keys choose everything on their way. */
  let byKey = false

  const named = new Set(GROUPS.flatMap(([, rows]) => rows))
  const others = [...controls.keys()].filter((name) => !named.has(name))
  for (const [legend, rows] of GROUPS) {
    const names = legend === 'Effects' ? [...rows, ...others] : rows
    form.append(
      make(
        'fieldset',
        {},
        make('legend', { textContent: legend }),
        make('div', { className: 'rows' }, ...names.flatMap((name) => controls.get(name)?.element ?? [])),
      ),
    )
  }

  const read = (): WantedPicture => ({
    ...whose,
    width: width.value.trim(),
    height: height.value.trim(),
    tokens: Object.fromEntries([...controls].map(([name, control]) => [name, control.value()])),
  })
  /** Hides what means nothing beside the other choices, so that the keyboard skips it too. */
  const fit = () => {
    const wanted = read()
    const idle = idleTokens(wanted)
    for (const [name, control] of controls) control.element.hidden = idle.has(name) && name !== 'place'
    // What contain can't be placed by is left out, but the sides and corners stay within reach.
    const placeless = idle.has('place') && (idle.has('fit') || wanted.tokens['fit'] === 'inside')
    const place = controls.get('place')
    if (place) place.element.hidden = placeless
    for (const set of form.querySelectorAll('fieldset'))
      if (set.querySelector('.rows'))
        set.hidden = [...set.querySelectorAll<HTMLElement>('.rows > *')].every((row) => row.hidden === true)
    const quality = controls.get('q')?.element.querySelector('input')
    const format = wanted.tokens['format'] ?? ''
    if (quality) quality.placeholder = String(DEFAULT_QUALITY[format as PictureFormat] ?? 'each format’s own')
    missing.hidden = wanted.width !== '' || wanted.height !== ''
  }
  const edited = (manner: Manner) => {
    fit()
    other.hidden = true
    const wanted = read()
    onEdit(wanted.width === '' && wanted.height === '' ? undefined : wanted, manner)
  }
  form.addEventListener('input', ({ target }) => {
    for (const control of controls.values()) control.follow?.(target)
    edited('typing')
  })
  form.addEventListener('change', () => edited(byKey ? 'choosing' : 'done'))
  form.addEventListener('pointerdown', () => (byKey = false), { capture: true })
  form.addEventListener('keydown', () => (byKey = true), { capture: true })

  return {
    read,
    show(wanted) {
      other.hidden = wanted !== undefined
      if (!wanted) return
      whose = { mount: wanted.mount, key: wanted.key }
      width.value = wanted.width
      height.value = wanted.height
      for (const [name, control] of controls) control.show(wanted.tokens[name] ?? '')
      fit()
    },
  }
}

function controlOf(name: string, field: Field): Control {
  const label = LABELS[name] ?? name
  if (field.kind === 'choice') return choiceControl(name, label, field.choices, NOTHING[name])
  if (field.kind === 'flag') return flagControl(name, label)
  if (field.kind === 'color') return backgroundControl(name)
  return fieldControl(name, label, field)
}
