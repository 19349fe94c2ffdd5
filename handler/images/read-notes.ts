import type { Label } from './moderation.js'
import { Refusal, type Face } from './types.js'

/** @returns the refusal that was noted; `undefined` if there is none, none that can be read, or none that still counts. */
export function readBroken(value: unknown): Refusal | undefined {
  if (!isObject(value)) return undefined
  const { code, message, until } = value
  if (typeof until === 'number' && until < Date.now()) return undefined
  return typeof code === 'string' && typeof message === 'string' ? new Refusal(415, code, message) : undefined
}

export function readFaces(value: unknown): readonly Face[] | undefined {
  return Array.isArray(value) && value.every(isFace) ? value : undefined
}

/** @param sha256 of the bytes that the labels must be of. */
export function readLabels(value: unknown, sha256: string): readonly Label[] | undefined {
  if (!isObject(value) || value['sha256'] !== sha256) return undefined
  const { labels } = value
  return Array.isArray(labels) && labels.every(isLabel) ? labels : undefined
}

function isFace(value: unknown): value is Face {
  return (
    isObject(value) &&
    ['left', 'top', 'width', 'height', 'confidence'].every((name) => typeof value[name] === 'number')
  )
}

function isLabel(value: unknown): value is Label {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    typeof value['parent'] === 'string' &&
    typeof value['confidence'] === 'number'
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
