import { expect, it } from 'vitest'
import { cacheTag } from '../../../../handler/shared/pictures/cache-tag.js'
import { generationOf } from '../../../../handler/shared/pictures/generation.js'
import { DEFAULT_LIMITS, type Mount } from '../../../../handler/shared/pictures/mount.js'

const MOUNT: Omit<Mount, 'generation'> = {
  name: 'photos',
  bucket: undefined,
  prefix: 'photos/',
  allow: ['400x300', '800x'],
  asIs: false,
  fresh: 'check',
  faces: 'built-in',
  moderate: { minConfidence: 75, labels: ['Violence', 'Nudity'], action: 'blur' },
  limits: DEFAULT_LIMITS,
}

it('is 12 hex digits, and stays the same from release to release', () => {
  expect(generationOf(MOUNT)).toBe('ad92d4b93e3d')
})

it.each<[string, Partial<Mount>]>([
  ['the bucket', { bucket: 'mine' }],
  ['the prefix', { prefix: '' }],
  ['the list', { allow: ['400x300'] }],
  ['who may ask', { allow: 'any' }],
  ['the detector', { faces: 'rekognition' }],
  ['no moderation', { moderate: false }],
  ['its threshold', { moderate: { minConfidence: 80, labels: ['Violence', 'Nudity'], action: 'blur' } }],
  ['its labels', { moderate: { minConfidence: 75, labels: ['Violence'], action: 'blur' } }],
  ['its action', { moderate: { minConfidence: 75, labels: ['Violence', 'Nudity'], action: 'refuse' } }],
  ...(['bytes', 'pixels', 'frames', 'side'] as const).map((name): [string, Partial<Mount>] => [
    `the limit of ${name}`,
    { limits: { ...DEFAULT_LIMITS, [name]: 1 } },
  ]),
])('changes with %s', (_, change) => {
  expect(generationOf({ ...MOUNT, ...change })).not.toBe(generationOf(MOUNT))
})

it.each<[string, Partial<Mount>]>([
  [
    'the order of lists',
    {
      allow: ['800x', '400x300'],
      moderate: { minConfidence: 75, labels: ['Nudity', 'Violence'], action: 'blur' },
    },
  ],
  ['as-is', { asIs: true }],
  ['freshness', { fresh: 'purge' }],
])('does not change with %s', (_, change) => {
  expect(generationOf({ ...MOUNT, ...change })).toBe(generationOf(MOUNT))
})

it('tags an original in characters that a cache tag may have, telling upper from lower case', () => {
  expect(cacheTag('photos', 'cats/tom, jerry é.jpg')).toMatch(/^[0-9a-f]{32}$/)
  expect(cacheTag('photos', 'Tom.jpg')).not.toBe(cacheTag('photos', 'tom.jpg'))
  expect(cacheTag('photos', 'cats/tom.jpg')).toBe('23456da6fc2900c5558bee25127af529')
})
