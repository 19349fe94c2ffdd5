import type { Moderation } from '../shared/pictures/mount.js'

/** Rekognition's label of a picture that should be moderated. */
export interface Label {
  readonly name: string
  /** The name of the label above it; empty for a top one. */
  readonly parent: string
  /** Percent. */
  readonly confidence: number
}

/**
 * What happens to a picture with these labels. Rekognition gives every label together with those above it, so a
 * configuration can name any level. Case doesn't matter: a spelling must not open the gate.
 */
export function verdict(labels: readonly Label[], moderation: Moderation): 'clear' | Moderation['action'] {
  const wanted = new Set(moderation.labels.map(fold))
  const counts = ({ name, parent, confidence }: Label) =>
    confidence >= moderation.minConfidence &&
    (wanted.size === 0 || wanted.has(fold(name)) || (parent !== '' && wanted.has(fold(parent))))
  return labels.some(counts) ? moderation.action : 'clear'
}

function fold(name: string): string {
  return name.trim().toLowerCase()
}
