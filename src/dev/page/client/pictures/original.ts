import { canonicalPicturePath } from '../../../../../handler/shared/pictures/path.js'
import type { Rect } from '../../../../../handler/shared/pictures/turn.js'
import { byId } from '../elements.js'
import type { Manner } from '../form.js'
import { cutBefore, cutOf, factsInWords, type Facts } from './facts.js'
import { followGestures } from './gestures.js'
import { middleOf, percentOf, pointAt, type Point } from './rects.js'
import { refusalIn, type Service } from './service.js'
import { createStage } from './stage.js'
import { factsPath, type Rendition } from './wanted.js'

/** The chosen original, with what the URL takes of it. */
export interface OriginalView {
  /** Draws what is known at once. @param preview the whole picture, if the mount gives it. */
  show(rendition: Rendition | undefined, preview: Rendition | undefined): void
  /** Asks the service for the facts: faces, and what the URL cuts. */
  look(rendition: Rendition): Promise<void>
  /** The original has changed. */
  forget(): void
}

export interface OriginalHandlers {
  service: Service
  onCrop: (region: Rect | undefined, manner: Manner) => void
  /** In percent, as `at=` counts. */
  onPoint: (point: Point, manner: Manner) => void
  onFace: (index: number) => void
}

const NUDGE = 5

export function createOriginal({ service, onCrop, onPoint, onFace }: OriginalHandlers): OriginalView {
  const stage = createStage(onFace)
  const section = byId('original', HTMLElement)
  const line = byId('original-facts', HTMLElement)
  const error = byId('stage-error', HTMLElement)
  const cropButton = byId('stage-crop-button', HTMLButtonElement)
  const pointButton = byId('stage-point-button', HTMLButtonElement)
  const cropBox = byId('stage-crop', HTMLElement)
  let shown: Rendition | undefined
  let facts: Facts | undefined
  /** The original whose facts and preview these are. */
  let known = ''
  let url: string | undefined
  let asking: AbortController | undefined
  let loading: AbortController | undefined

  const name = ({ mount, key }: Rendition) => `${mount}/${key}`
  const draw = () => {
    const size = stage.size()
    if (!shown || !size) return
    const { operations } = shown
    const { place } = operations
    stage.drawCrop(operations.crop)
    stage.drawFaces(
      facts?.faces ?? [],
      place.kind === 'faces' ? 'all' : place.kind === 'face' ? place.index : undefined,
    )
    stage.drawPoint(place.kind === 'point' ? pointAt(place, size, operations) : undefined)
    stage.drawCut(cutBefore(size, operations, facts))
    cropButton.textContent = operations.crop ? 'Remove the crop' : 'Crop'
    pointButton.hidden = place.kind !== 'point'
  }
  const refuse = (words: string) => {
    error.textContent = words
    error.hidden = words === ''
  }
  const ask = async (path: string, signal: AbortSignal) => {
    const { response } = await service.askBesides(path, signal)
    if (response.ok) return response
    throw new Refused(await refusalIn(response))
  }
  const learn = (next: Facts) => {
    facts = next
    stage.setSize({ width: next.width, height: next.height })
    line.textContent = factsInWords(next)
    draw()
  }
  const loadPreview = async (preview: Rendition) => {
    loading?.abort()
    loading = new AbortController()
    const { signal } = loading
    section.setAttribute('aria-busy', 'true')
    try {
      const [found, picture] = await Promise.all([
        ask(factsPath(preview), signal).then(async (response) => response.json()),
        ask(canonicalPicturePath(preview), signal).then(async (response) => response.blob()),
      ])
      if (signal.aborted) return
      const next = URL.createObjectURL(picture)
      if (url !== undefined) URL.revokeObjectURL(url)
      url = next
      learn(found as Facts)
      await stage.setImage(next)
    } catch (failure) {
      if (signal.aborted) return
      stage.setSize(undefined)
      refuse(failure instanceof Refused ? failure.message : 'No preview: genato dev can’t be reached.')
    } finally {
      if (!signal.aborted) section.setAttribute('aria-busy', 'false')
    }
  }
  const clear = () => {
    asking?.abort()
    facts = undefined
    line.textContent = ''
    refuse('')
    stage.setSize(undefined)
    void stage.setImage(undefined)
  }

  followGestures(stage, {
    crop: () => shown?.operations.crop,
    onCrop,
    onPoint(point) {
      const size = stage.size()
      if (shown && size) onPoint(percentOf(point, size, shown.operations), 'done')
    },
    onNudge({ x, y }) {
      if (!shown) return
      const { place } = shown.operations
      const from = place.kind === 'point' ? place : { x: 50, y: 50 }
      const inside = (value: number) => Math.max(0, Math.min(100, value))
      onPoint({ x: inside(from.x + x * NUDGE), y: inside(from.y + y * NUDGE) }, 'choosing')
    },
  })
  cropButton.addEventListener('click', () => {
    const size = stage.size()
    if (!shown || !size) return
    if (shown.operations.crop) return onCrop(undefined, 'done')
    onCrop(middleOf(size), 'done')
    cropBox.focus()
  })
  pointButton.addEventListener('click', () => {
    onPoint({ x: 50, y: 50 }, 'done')
    stage.element.focus()
  })

  return {
    show(rendition, preview) {
      section.hidden = preview === undefined
      if (!rendition || !preview) return
      shown = rendition
      if (known === name(rendition)) return draw()
      known = name(rendition)
      byId('original-title', HTMLElement).textContent = rendition.key
      clear()
      void loadPreview(preview)
    },
    async look(rendition) {
      asking?.abort()
      asking = new AbortController()
      const { signal } = asking
      try {
        const next = (await (await ask(factsPath(rendition), signal)).json()) as Facts
        if (signal.aborted) return
        refuse('')
        learn(next)
        stage.drawCut(cutOf(next, rendition.operations))
      } catch (failure) {
        // Otherwise another URL came, or the server can't be reached, which the page says elsewhere.
        if (failure instanceof Refused && !signal.aborted) refuse(failure.message)
      }
    },
    forget() {
      known = ''
    },
  }
}

/** The service's answer is an error. */
class Refused extends Error {}
