import { readFile } from 'node:fs/promises'
import { stillFrame, type StillFrame } from '../still-frame.js'
import type { Face, Picture } from '../types.js'
import { findCandidates, GRID, readNetwork, type Candidate, type Network } from './network.js'
import { largestFirst, withinPicture } from './order.js'

/** Pixels of the longer side of what is looked at. */
const LOOKED_AT = 320
/** Chosen with bench/faces.js. */
const THRESHOLD = 0.6
/** Candidates that share more than this of what both cover are one face. */
const OVERLAP = 0.3
/** As many as Rekognition's DetectFaces returns. */
const MOST_FACES = 100

export type FaceDetector = (picture: Picture) => Promise<Face[]>

/**
 * A detector that needs no service. It finds faces that are at least about a thirtieth of the picture's longer side
 * wide.
 * @param model the path of yunet.bin. It is read at the first call.
 * @returns the faces of the first frame: the largest first, then from left to right, then from top to bottom.
 */
export function openFaceDetector(model: string): FaceDetector {
  let network: Promise<Network> | undefined
  return async (picture) => {
    // A failure is forgotten, so that it is no failure of every later picture.
    network ??= readFile(model)
      .then(readNetwork)
      .catch((error: unknown) => {
        network = undefined
        throw error
      })
    const [loaded, frame] = await Promise.all([
      network,
      stillFrame(picture, 0, { width: LOOKED_AT, height: LOOKED_AT }),
    ])
    return findFaces(loaded, frame, THRESHOLD)
  }
}

/** @public The bench tries other thresholds with it. */
export function findFaces(network: Network, frame: StillFrame, threshold: number): Face[] {
  const padded = padToGrid(frame)
  const candidates = findCandidates(network, padded.data, { ...padded, threshold })
  return distinct(candidates)
    .map((candidate) => toFace(candidate, frame))
    .sort(largestFirst)
    .slice(0, MOST_FACES)
}

/** Below and beside the picture it is black, as in the network's training. */
function padToGrid({ data, width, height }: StillFrame): StillFrame {
  const wide = Math.ceil(width / GRID) * GRID
  const high = Math.ceil(height / GRID) * GRID
  if (wide === width && high === height) return { data, width, height }
  const padded = Buffer.alloc(wide * high * 3)
  for (let row = 0; row < height; row++)
    data.copy(padded, row * wide * 3, row * width * 3, (row + 1) * width * 3)
  return { data: padded, width: wide, height: high }
}

/** Of candidates that overlap, the surest one stays. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = []
  for (const one of [...candidates].sort((a, b) => b.confidence - a.confidence))
    if (kept.every((other) => overlap(one, other) <= OVERLAP)) kept.push(one)
  return kept
}

/** The area that both have, as a share of the area that either has. */
function overlap(one: Candidate, other: Candidate): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left)
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top)
  if (width <= 0 || height <= 0) return 0
  const both = width * height
  return both / (one.width * one.height + other.width * other.height - both)
}

function toFace({ left, top, width, height, confidence }: Candidate, frame: StillFrame): Face {
  return withinPicture({
    left: left / frame.width,
    top: top / frame.height,
    width: width / frame.width,
    height: height / frame.height,
    confidence,
  })
}
