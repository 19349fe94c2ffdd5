import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openFaceDetector } from '../../../handler/images/faces/detector.js'
import { inspect } from '../../../handler/images/inspect.js'
import { makeRendition } from '../../../handler/images/rendition.js'
import { Refusal } from '../../../handler/images/types.js'
import { FACE_MODEL } from '../../../handler/shared/pictures/face-model.js'
import { readOperationsKey } from '../../../handler/shared/pictures/key.js'
import { DEFAULT_LIMITS } from '../../../handler/shared/pictures/mount.js'
import { animation, chartFile, TYPES } from '../../support/pictures.js'
import { ROOT } from '../../support/project.js'

/** Ways through every part of the pipeline. */
const OPERATIONS = [
  '20x20',
  '20x_webp',
  '30x10_smart_webp',
  'x40_json',
  '20x20_contain_bg-ff880080_png',
  '64x64_auto-avif',
  '25x25_rotate-90_mono_blur-5',
  '40x30_gif_flop_sharpen',
  '300x200_at-30x70_enlarge',
  '9x9_face-1',
  '1x1',
  '30x30_faces_pad-10',
  '10x10_gif_still',
  '50x50_crop-10x10-5-5_jpg',
  '2000x',
  '16x16_contain_topleft_rotate-270',
]

const LIMITS = { ...DEFAULT_LIMITS, pixels: 4_000_000 }

const frames = [1, 200, 90].map((shade) => Buffer.alloc(30 * 20 * 3, shade))
const originals = await Promise.all([
  ...TYPES.map(async (type) => chartFile(type, 64, 48)),
  animation('gif', 30, 20, frames),
  animation('webp', 30, 20, frames),
])

const mutated = fc
  .record({
    original: fc.constantFrom(...originals),
    kept: fc.constantFrom(1, 1, 1, 0.99, 0.5, 0.1),
    changes: fc.array(
      fc.tuple(
        fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 5_000 }), fc.nat({ max: 5_000 })),
        fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 127, 128, 255)),
      ),
      { maxLength: 3 },
    ),
  })
  .map(({ original, kept, changes }) => {
    const bytes = Buffer.from(original.subarray(0, Math.ceil(original.length * kept)))
    for (const [at, value] of changes) bytes[at % bytes.length] = value
    return bytes
  })

test('a damaged picture is drawn or refused, whatever was damaged, and never an error', async () => {
  const detect = openFaceDetector(path.join(ROOT, 'handler/images', FACE_MODEL))
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(mutated, fc.constantFrom(...OPERATIONS), fc.boolean(), async (bytes, key, blurred) => {
      const operations = readOperationsKey(key)
      if (!operations) throw new Error(`${key} is no operations' key.`)
      try {
        const picture = await inspect(bytes, LIMITS)
        const faces = async () => detect(picture)
        const made = await makeRendition(picture, operations, { limits: LIMITS, faces, blurred })
        seen.add(made.contentType)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        seen.add(error.code)
      }
    }),
    { numRuns: Number(process.env['GENATO_RUNS'] ?? 500) },
  )
  for (const one of ['image/jpeg', 'image/webp', 'image/gif', 'application/json', 'BROKEN'])
    expect(seen).toContain(one)
}, 600_000)
