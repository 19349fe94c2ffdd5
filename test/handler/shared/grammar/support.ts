import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { BadRequest } from '../../../../handler/shared/contract.js'
import { readFont } from '../../../../handler/shared/grammar/font.js'
import type { ImageParams, Limits } from '../../../../handler/shared/grammar/image.js'
import { builtinGenerator } from '../../../../handler/shared/image/builtin.js'
import { route } from '../../../../handler/edge/route.js'

const FONT_FILE = path.resolve(import.meta.dirname, '../../../../handler/fonts/Inter-Regular.ttf')
export const FONT = readFileSync(FONT_FILE)
export const INTER = readFont(FONT)

const LIMITS: Limits = { side: 4096, text: 200, path: 1024 }

/** The built-in generator with its defaults, except for the given settings. */
export function grammarWith({
  text = 'Hello World',
  limits = {},
}: {
  text?: string
  limits?: Partial<Limits>
}) {
  return builtinGenerator({ text, limits: { ...LIMITS, ...limits }, fontFile: FONT_FILE, font: () => INTER })
}

export const grammar = grammarWith({})

/** @throws an Error if the path is not an image's. */
export function imageOf(
  imagePath: string,
  generator = grammar,
): { params: ImageParams; canonical: string; key: string } {
  const found = route(generator, 'gen1', INTER, imagePath)
  if (found.kind !== 'image') throw new Error(`${imagePath} is a ${found.kind}`)
  return { params: found.params, canonical: found.canonicalPath, key: found.key }
}

/** The BadRequest that `run` throws. @throws any other error of `run`, or an Error if it throws none. */
export function rejection(run: () => unknown): BadRequest {
  let result: unknown
  try {
    result = run()
  } catch (error) {
    if (error instanceof BadRequest) return error
    throw error
  }
  throw new Error(`It was accepted: ${JSON.stringify(result)}`)
}

/** Percent-encodes every character, including unreserved ones. */
export function encodeEvery(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex').replace(/../g, '%$&')
}

/** One of these characters. */
export function characterOf(characters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...Array.from(characters))
}
