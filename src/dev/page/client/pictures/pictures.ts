import type { MountAbout, OriginalsChanged } from '../../messages.js'
import { byId } from '../elements.js'
import type { Manner } from '../form.js'
import type { Status } from '../status.js'
import { choicesOf, showAllowed } from './allowed.js'
import { createPictureForm } from './form.js'
import { createFormatsView } from './formats.js'
import { createOriginal } from './original.js'
import { createOriginalsView } from './originals.js'
import type { Service } from './service.js'
import { createSigned } from './signed.js'
import { createThumbnails } from './thumbnails.js'
import {
  isFaces,
  mountNameOf,
  oneSpelling,
  parseRendition,
  readWanted,
  rulesOf,
  writeWanted,
  type Rendition,
  type WantedPicture,
} from './wanted.js'

/** The page's part for stored pictures. */
export interface PicturesView {
  setMounts(mounts: readonly MountAbout[]): void
  /** Whether the path is below a mount. */
  owns(path: string): boolean
  /** The path's one spelling, if it has one. */
  oneSpelling(path: string): string
  /** Fills everything in with what the path says. */
  show(path: string): void
  /** The path was edited: draws what is known of it at once. */
  edited(path: string): void
  /** The path is requested: asks for the facts and the other formats, if it is below a mount. */
  requested(path: string): void
  /** Originals were changed. @returns whether the chosen one is among them. */
  changed(changed: OriginalsChanged['changed']): boolean
  /** The path to begin with, if there is any picture. */
  first(): Promise<string | undefined>
  /** The URL to copy, where it needs more than the path. */
  url(): string | undefined
}

interface Handlers {
  service: Service
  status: Status
  onEdit: (path: string | undefined, manner: Manner) => void
  /** Called with the path of an original that was chosen. */
  onChoose: (path: string) => void
  /** Called with another path for the same original. */
  onPick: (path: string) => void
}

const PREVIEW_SIDE = 1400
/** Twice what the page draws, for dense screens. */
const THUMBNAIL = { width: '240', height: '180' }
const FIRST = { width: '640', height: '480', tokens: { place: 'smart', format: 'auto' } }

export function createPictures({ service, status, onEdit, onChoose, onPick }: Handlers): PicturesView {
  let mounts: readonly MountAbout[] = []
  let rules = rulesOf(mounts)
  let path = ''
  /** The chosen original, also while the URL is wrong. */
  let chosen: { mount: string; key: string } | undefined

  const mountOf = (name: string) => mounts.find((mount) => mount.name === name)
  const written = (wanted: WantedPicture) => writeWanted(wanted, rules)
  const edit = (wanted: WantedPicture | undefined, manner: Manner) =>
    onEdit(wanted && written(wanted), manner)
  /** Changes some tokens of what the form says. */
  const change = (tokens: Record<string, string>, manner: Manner) => {
    const before = form.read()
    const wanted = { ...before, tokens: { ...before.tokens, ...tokens } }
    form.show(wanted)
    edit(wanted, manner)
  }

  const form = createPictureForm(edit)
  const signed = createSigned()
  const thumbnails = createThumbnails(service)
  const formats = createFormatsView(service, onPick)
  const originals = createOriginalsView({
    thumbnails,
    thumbnailOf(name, key) {
      const mount = mountOf(name)
      if (mount?.allowed)
        return choicesOf(mount)
          .find(({ isPicture }) => isPicture)
          ?.path(key)
      const tokens = { format: 'webp', still: 'still' }
      return written({ mount: name, key, ...THUMBNAIL, tokens })
    },
    onPick: (mount, key) => onChoose(pathFor(mount, key)),
  })
  const original = createOriginal({
    service,
    onCrop(region, manner) {
      const crop = region ? `${region.width}x${region.height}+${region.left}+${region.top}` : ''
      const place = form.read().tokens['place'] ?? ''
      change({ crop, ...(region && isFaces(place) ? { place: 'center' } : {}) }, manner)
    },
    onPoint({ x, y }, manner) {
      const { width, height } = form.read()
      if (width === '' || height === '')
        return status.mention('A point chooses what is kept, so it needs a width and a height.')
      change({ fit: 'cover', place: x === 50 && y === 50 ? 'center' : `at=${x}x${y}` }, manner)
    },
    onFace(index) {
      const { width, height } = form.read()
      if (width === '' || height === '')
        return status.mention('A face chooses what is kept, so it needs a width and a height.')
      change({ fit: 'cover', place: `face=${index}`, crop: '' }, 'done')
    },
  })

  /** The same URL for another original. What is only right for this one is left out. */
  const pathFor = (name: string, key: string): string => {
    const mount = mountOf(name)
    const choices = mount?.allowed && choicesOf(mount)
    if (choices)
      return (
        choices.find((choice) => choice.path(chosen?.key ?? '') === path)?.path(key) ??
        choices[0]?.path(key) ??
        path
      )
    const parsed = parseRendition(path, rules)
    if (!parsed) return written({ mount: name, key, ...FIRST })
    const { tokens, ...rest } = readWanted(parsed)
    const { crop: _crop, place = '', v: _version, ...kept } = tokens
    const general = /^(at|face)=/.test(place) ? 'smart' : place
    return written({ ...rest, mount: name, key, tokens: { ...kept, place: general } })
  }
  const previewOf = ({ mount, key }: Rendition): Rendition | undefined => {
    const about = mountOf(mount)
    if (!about || about.allowed) return undefined
    const side = String(Math.min(PREVIEW_SIDE, about.side))
    return parseRendition(
      written({
        mount,
        key,
        width: side,
        height: side,
        tokens: { fit: 'inside', format: 'webp', still: 'still' },
      }),
      rules,
    )
  }
  const draw = (next: string): Rendition | undefined => {
    path = next
    const parsed = parseRendition(next, rules)
    const mount = mountOf(mountNameOf(next))
    if (parsed) chosen = { mount: parsed.mount, key: parsed.key }
    if (chosen) originals.choose(chosen.mount, chosen.key)
    if (mount?.allowed) showAllowed(choicesOf(mount), next, chosen?.key ?? '', onPick)
    byId('allowed', HTMLElement).hidden = !mount?.allowed
    byId('picture-builder', HTMLElement).hidden = mount?.allowed !== undefined
    byId('formats', HTMLElement).hidden = mount?.allowed !== undefined
    if (parsed || mount?.allowed) original.show(parsed, parsed && previewOf(parsed))
    return parsed
  }

  return {
    owns: (asked) => rules.has(mountNameOf(asked)),
    oneSpelling: (asked) => oneSpelling(asked, rules),
    url: () => signed.urlOf(path),
    setMounts(next) {
      const same = JSON.stringify(next) === JSON.stringify(mounts)
      mounts = next
      rules = rulesOf(next)
      if (same) originals.refresh()
      else originals.setMounts(next)
    },
    show(next) {
      const parsed = draw(next)
      form.show(parsed && readWanted(parsed))
    },
    edited(next) {
      draw(next)
    },
    requested(next) {
      signed.show(mountOf(mountNameOf(next))?.signed ? next : undefined)
      if (!rules.has(mountNameOf(next))) return
      const parsed = draw(next)
      if (!parsed || mountOf(parsed.mount)?.allowed) return
      void original.look(parsed)
      const wanted = readWanted(parsed)
      const withFormat = (format: string) => written({ ...wanted, tokens: { ...wanted.tokens, format } })
      const { format } = parsed.operations
      formats.show(withFormat, format.kind === 'fixed' ? format.format : format.kind)
    },
    changed(changed) {
      originals.refresh()
      const mine = chosen
      if (!mine) return false
      const among = !changed || changed.some(({ mount, key }) => mount === mine.mount && key === mine.key)
      if (among) original.forget()
      return among
    },
    async first() {
      const found = await originals.first(mounts)
      return found && pathFor(found.mount, found.key)
    },
  }
}
