import type { Detail } from '../explanation.js'
import { describe } from '../grammar/describe.js'
import { PICTURE_GRAMMAR } from './grammar.js'
import type { Operations } from './operations.js'
import type { PicturePath } from './path.js'

/**
 * What `genato explain` and the page show of a path. Of what a URL may leave out, the size, fit, place, format and
 * quality are always there; the rest is if it was asked for.
 */
export function describePicture(parsed: PicturePath): Record<string, Detail> {
  const of = { mount: parsed.mount, original: parsed.key }
  return parsed.kind === 'as-is' ? of : { ...of, ...describeOperations(parsed.operations) }
}

function describeOperations(operations: Operations): Record<string, Detail> {
  return describe(PICTURE_GRAMMAR, operations)
}

/** A word that is right, and probably meant otherwise. */
export function pictureWarning(parsed: PicturePath): string | undefined {
  if (parsed.kind === 'as-is') return undefined
  const { background } = parsed.operations
  // f, a, c and e are hex digits.
  const face =
    background?.r === 0xff && background.g === 0xaa && background.b === 0xcc && background.a === 0xee
  return face
    ? 'The background is ffaaccee, which face is short for. To place the crop by faces, write faces or face=1.'
    : undefined
}
