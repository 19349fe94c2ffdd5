import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { BadRequest } from '../handler/shared/contract.js'
import { DEFAULT_LIMITS } from '../handler/shared/pictures/mount.js'
import { canonicalPicturePath, parsePicturePath } from '../handler/shared/pictures/path.js'
import { loadSettings } from '../src/config/load.js'
import { genato } from './support/cli.js'
import { project, ROOT } from './support/project.js'

const read = (page: string) => readFileSync(path.join(ROOT, page), 'utf8')
const PICTURES = read('docs/pictures.md')
const ORIGINALS = read('docs/originals.md')
const COMING_FROM = read('docs/coming-from.md')

const MOUNTS = new Map([['photos', { name: 'photos', limits: DEFAULT_LIMITS }]])

/** A path's one spelling, or the code of its error. */
function outcome(written: string): string {
  try {
    const parsed = parsePicturePath(written, MOUNTS)
    return parsed ? canonicalPicturePath(parsed) : 'below no mount'
  } catch (error) {
    if (error instanceof BadRequest) return error.code
    throw error
  }
}

/** The paths of stored pictures in a text. */
function paths(text: string): string[] {
  return [...text.matchAll(/`?(\/photos\/[^\s`?…]+)/g)].map(([, written = '']) => written)
}

/** The part of docs/pictures.md under a heading. */
function section(heading: string): string {
  return PICTURES.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
}

describe('docs/pictures.md', () => {
  const examples = section('Tokens')
    .split('\n')
    .flatMap((row) => paths(row.split('|').at(-2) ?? ''))

  it('has an example for every kind of token', () => expect(examples.length).toBeGreaterThan(20))

  it.each(examples)('has a token whose example is in its one spelling: %s', (written) => {
    expect(outcome(written)).toBe(written)
  })

  const spellings = [
    ...section('One picture, one spelling').matchAll(/^\| `(\/[^`]*)`[^|]*\| `(\/[^`]*)`/gm),
  ].map(([, written = '', canonical = '']) => [written, canonical] as const)

  it('has many spellings', () => expect(spellings.length).toBeGreaterThan(10))

  it.each(spellings)('%s means %s', (written, canonical) => {
    expect([outcome(written), outcome(canonical)]).toEqual([canonical, canonical])
  })

  const mistakes = [...section('Errors').matchAll(/^\| \d+ \| `(\w+)` \|[^|]*\| `(\/[^`]*)`/gm)].map(
    ([, code = '', written = '']) => [written, code] as const,
  )

  it('has examples of mistakes', () => expect(mistakes.length).toBeGreaterThan(5))

  it.each(mistakes)('%s is refused with %s', (written, code) => expect(outcome(written)).toBe(code))

  it('names every error code of the gate and of the image function, and no others', () => {
    const named = section('Errors')
      .split('\n')
      .filter((row) => row.startsWith('| '))
      .flatMap((row) => [...(row.split('|')[2] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, code = '']) => code))
    const sources = ['refusals', 'svg', 'picture-work', 'inspect', 'make', 'rendition', 'handler'].map(
      (file) => read(`handler/images/${file}.ts`),
    )
    const gate = ['gate', 'operations', 'refusal', 'signature', 'size', 'text'].map((file) =>
      read(`handler/gate/${file}.js`),
    )
    const thrown = [
      ...sources.join('\n').matchAll(/new Refusal\(\s*\d+,\s*'([A-Z_]+)'/g),
      // A note that later requests are refused by.
      ...sources.join('\n').matchAll(/\bcode: '([A-Z_]+)'/g),
      ...gate.join('\n').matchAll(/refusal\(\s*'([A-Z_]+)'/g),
    ].map(([, code = '']) => code)
    expect(new Set(thrown).size).toBeGreaterThan(12)
    // `answers.ts` has the one for 503.
    expect([...new Set(named)].sort()).toEqual([...new Set([...thrown, 'UNAVAILABLE'])].sort())
  })
})

describe('docs/originals.md', () => {
  it('has a configuration that works as it stands', async () => {
    const config = /```ts\n([\s\S]*?)```/.exec(ORIGINALS)?.[1] ?? ''
    const { originals } = await loadSettings(project({ 'genato.config.ts': config }))
    expect(originals.mounts.map(({ name }) => name)).toEqual(['photos', 'shop', 'private'])
  })

  it.each(paths(ORIGINALS))('%s can be asked for', (written) => expect(outcome(written)).toMatch(/^\//))

  it('has commands with options that exist', async () => {
    const commands = [...ORIGINALS.matchAll(/^genato (\w+) (.*)$/gm)]
    expect(commands.length).toBeGreaterThan(4)
    for (const [, name = '', rest = ''] of commands) {
      const { stdout } = await genato([name, '--help'], project())
      for (const [option] of rest.matchAll(/--\w+/g)) expect(stdout, name).toContain(`${option} `)
    }
  })
})

describe('docs/coming-from.md', () => {
  /** The last column of the table of options. */
  const tokens = (COMING_FROM.split('## Options')[1]?.split('\n\n')[1] ?? '')
    .split('\n')
    .flatMap((row) => [...(row.split('|').at(-2) ?? '').matchAll(/`(\d*x[^`/]+)`/g)])
    .map(([, text = '']) => text)

  it('has many', () => expect(tokens.length).toBeGreaterThan(20))

  it.each(tokens)('%s can be asked for', (text) => {
    expect(outcome(`/photos/${text}/tom.jpg`)).toMatch(/^\//)
  })

  it.each(paths(COMING_FROM))('%s can be asked for', (written) => expect(outcome(written)).toMatch(/^\//))
})
