/**
 * The share of CloudFront's time limit that a gate takes, in percent, estimated.
 *
 * CloudFront measures a function in percent of a limit that it doesn't name ("compute utilization"), and says that
 * functions run for less than a millisecond. A function that throws at once was measured at 6. Here each 10 µs count
 * as 1 more: the time that the gate takes in njs 0.7.9, the nearest engine, the least of 40 runs on a shared
 * server. The engine on AWS may be faster or slower, so only TestFunction knows the real share.
 */
export interface GateCost {
  /** `/photos/400x300,smart,auto/cats/tom.jpg`. */
  readonly usual: number
  /** Every option, and a name of 130 letters that are all escaped. */
  readonly longest: number
}

const IDLE = 6

/** Microseconds. */
const OPEN = { usual: 47, longest: 160 }
/** With two keys, of which the second is the right one. */
const SIGNED = { usual: 73, longest: 233 }

/** @param signed whether a mount is signed. */
export function gateCost(signed: boolean): GateCost {
  const { usual, longest } = signed ? SIGNED : OPEN
  const share = (microseconds: number) => Math.round(IDLE + microseconds / 10)
  return { usual: share(usual), longest: share(longest) }
}
