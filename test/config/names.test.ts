import { expect, test } from 'vitest'
import { NAMES, packageKey, packagePrefix, roleName } from '../../src/config/names.js'

/** The longest value of each hole. A stack's name has at most 40 characters (src/config/schema.ts). */
const LONGEST: Record<string, string> = {
  stack: 's'.repeat(40),
  account: '1'.repeat(12),
  digest: 'd'.repeat(64),
  n: '200',
  distribution: 'E'.repeat(14),
}

test.each(Object.entries(NAMES))('the name of %s fits the limit of AWS', (_, { pattern, limit }) => {
  const name = pattern.replace(/<(\w+)>/g, (hole, kind: string) => LONGEST[kind] ?? hole)
  expect(name).not.toMatch(/[<>]/)
  expect(name.length).toBeLessThanOrEqual(limit)
})

test('the role of the default stack keeps the name that package.sh gave it', () => {
  expect([roleName('genato'), roleName('cards')]).toEqual(['GenatoRole', 'cards-role'])
})

test('the keys of packages begin with their prefix', () => {
  expect([packagePrefix('cards'), packageKey('cards', 'abc')]).toEqual(['cards-func/', 'cards-func/abc.zip'])
})
