import type { Sharp } from 'sharp'
import { TRANSPARENT, WHITE, type Color } from '../shared/grammar/color.js'
import type { Operations, PictureFormat } from '../shared/pictures/operations.js'
import type { Layout } from '../shared/pictures/geometry.js'

/** What lies behind the picture: the URL's colour, otherwise nothing, which JPEG shows as white. */
export function backgroundOf({ background }: Pick<Operations, 'background'>, format: PictureFormat): Color {
  return background ?? (format === 'jpg' ? WHITE : TRANSPARENT)
}

export function hasBars({ output, drawn }: Layout): boolean {
  return drawn.width < output.width || drawn.height < output.height
}

/** Puts the picture onto its background, with bars around it up to the size of the output. */
export function ontoBackground(image: Sharp, background: Color, layout: Layout): Sharp {
  const { output, drawn } = layout
  const opaque = background.a === 255
  const translucent = background.a > 0 && !opaque
  if (opaque) image.flatten({ background: toSharp(background) })
  if (hasBars(layout))
    image.extend({
      left: drawn.left,
      top: drawn.top,
      right: output.width - drawn.left - drawn.width,
      bottom: output.height - drawn.top - drawn.height,
      background: toSharp(translucent ? TRANSPARENT : background),
    })
  // `flatten` would take a translucent colour as opaque.
  if (translucent) image.composite([{ input: tile(background), tile: true, blend: 'dest-over' }])
  return image
}

function tile(background: Color) {
  return { create: { width: 16, height: 16, channels: 4 as const, background: toSharp(background) } }
}

function toSharp({ r, g, b, a }: Color) {
  return { r, g, b, alpha: a / 255 }
}
