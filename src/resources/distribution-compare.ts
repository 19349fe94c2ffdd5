import type { DistributionConfig } from '@aws-sdk/client-cloudfront'

/**
 * Lists whose order has a meaning: the first behaviour that matches a path serves it, and the first member of an
 * origin group is asked first. Origins are numbered by their position in the console.
 */
const ORDERED = new Set(['CacheBehaviors', 'Origins', 'Members'])

/**
 * Whether two configurations are the same to CloudFront. Ordered lists are compared in order. All other lists (domains,
 * methods, functions, error pages) are sets, which CloudFront may return in another order than it got.
 */
export function sameConfig(one: DistributionConfig, other: DistributionConfig): boolean {
  return one === other || inOneForm(one) === inOneForm(other)
}

function inOneForm(value: unknown, of = ''): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => inOneForm(item))
    return `[${(ORDERED.has(of) ? items : items.sort()).join()}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    // The items of a list lie one level below its name.
    .map(([key, item]) => `${JSON.stringify(key)}:${inOneForm(item, key === 'Items' ? of : key)}`)
  return `{${entries.join()}}`
}

export function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item))
}
