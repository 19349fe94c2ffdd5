/**
 * Finds the candidate that `word` was most likely meant to be. At most a third of the letters may be wrong,
 * missing, extra or swapped with a neighbour; in a short word one letter, but never all.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase()
  if (wanted.length > 40) return undefined
  let best: { candidate: string; distance: number } | undefined
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase())
    const longer = Math.max(wanted.length, candidate.length)
    if (distance < longer && distance <= Math.max(1, Math.floor(longer / 3)))
      if (best === undefined || distance < best.distance) best = { candidate, distance }
  }
  return best?.candidate
}

/** The start of a hint, to be followed by the right values; empty if no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates)
  return near === undefined ? '' : `did you mean ${near}? Otherwise `
}

/** Optimal string alignment: an insertion, deletion, substitution or swap of neighbours counts one. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
