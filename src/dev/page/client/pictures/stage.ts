import type { Rect, Size } from '../../../../../handler/shared/pictures/turn.js'
import { byId, make } from '../elements.js'
import type { Point } from './rects.js'

/** The part of the service's facts that is drawn. */
export interface Face {
  /** In percent of the upright original. */
  left: number
  top: number
  width: number
  height: number
  confidence: number
}

/** Draws over the original. Everything is in pixels of the upright original, and drawn in percent of it. */
export interface Stage {
  element: HTMLElement
  setSize(size: Size | undefined): void
  size(): Size | undefined
  setImage(source: string | undefined): Promise<void>
  /** Where the page's pixel lies in the original. */
  toOriginal(page: Point): Point | undefined
  drawCrop(region: Rect | undefined): void
  /** What of the picture the URL shows. */
  drawCut(region: Rect | undefined): void
  drawFaces(faces: readonly Face[], chosen: 'all' | number | undefined): void
  drawPoint(point: Point | undefined): void
}

const HANDLES = ['top left', 'top', 'top right', 'right', 'bottom right', 'bottom', 'bottom left', 'left']

export function createStage(onFace: (index: number) => void): Stage {
  const element = byId('stage', HTMLElement)
  const image = byId('stage-picture', HTMLImageElement)
  const cut = byId('stage-cut', HTMLElement)
  const crop = byId('stage-crop', HTMLElement)
  const faces = byId('stage-faces', HTMLElement)
  const point = byId('stage-point', HTMLElement)
  crop.append(
    ...HANDLES.map((edges) => {
      const handle = make('span', { className: `handle ${edges}` })
      handle.dataset['edges'] = edges
      return handle
    }),
  )
  let size: Size | undefined
  let drawnFaces = ''

  const lay = (box: HTMLElement, region: Rect | undefined) => {
    box.hidden = region === undefined || size === undefined
    if (!region || !size) return
    box.style.insetInlineStart = `${(region.left / size.width) * 100}%`
    box.style.insetBlockStart = `${(region.top / size.height) * 100}%`
    box.style.inlineSize = `${(region.width / size.width) * 100}%`
    box.style.blockSize = `${(region.height / size.height) * 100}%`
  }
  return {
    element,
    size: () => size,
    setSize(next) {
      size = next
      element.hidden = next === undefined
      if (next) element.style.setProperty('--ratio', String(next.width / next.height))
    },
    async setImage(source) {
      if (source === undefined) {
        image.removeAttribute('src')
        return
      }
      image.src = source
      await image.decode()
    },
    toOriginal(page) {
      if (!size) return undefined
      const { left, top, width, height } = element.getBoundingClientRect()
      return { x: ((page.x - left) / width) * size.width, y: ((page.y - top) / height) * size.height }
    },
    drawCrop(region) {
      lay(crop, region)
      if (region)
        crop.ariaLabel = `Crop, ${region.width} by ${region.height} pixels, ${region.left} from the left and ${region.top} from the top`
    },
    drawCut: (region) => lay(cut, region),
    drawFaces(found, chosen) {
      const now = JSON.stringify([found, size])
      if (now !== drawnFaces) {
        drawnFaces = now
        faces.replaceChildren(...found.map((face, at) => faceButton(face, at + 1, onFace)))
      }
      for (const [at, button] of [...faces.children].entries())
        button.ariaPressed = String(chosen === 'all' || chosen === at + 1)
    },
    drawPoint(at) {
      point.hidden = at === undefined || size === undefined
      if (!at || !size) return
      point.style.insetInlineStart = `${(at.x / size.width) * 100}%`
      point.style.insetBlockStart = `${(at.y / size.height) * 100}%`
    },
  }
}

function faceButton(
  { left, top, width, height, confidence }: Face,
  index: number,
  onFace: (index: number) => void,
) {
  const button = make(
    'button',
    {
      type: 'button',
      className: 'face',
      title: `Face ${index}, ${Math.round(confidence)} % certain`,
      ariaLabel: `Face ${index}: crop around it`,
    },
    make('span', { textContent: String(index) }),
  )
  button.style.insetInlineStart = `${left}%`
  button.style.insetBlockStart = `${top}%`
  button.style.inlineSize = `${width}%`
  button.style.blockSize = `${height}%`
  button.addEventListener('click', () => onFace(index))
  return button
}
