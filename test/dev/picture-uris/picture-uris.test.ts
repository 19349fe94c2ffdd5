import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generationOf } from '../../../handler/shared/pictures/generation.js'
import { loadSettings } from '../../../src/config/load.js'
import { residentPeak, ON_LINUX } from '../../support/load/processes.js'
import { askOnce, requestFor } from '../../support/load/wire.js'
import { answersTo, type Answered } from '../uris/ask.js'
import { hostileCases, headerCases, outsideCases, sameCases, wrongCases } from './hostile.js'
import { attack, problemWith, refusedAs, type Attack } from './judge.js'
import { forgedCases, signedCases } from './signature.js'
import { KEYS, startWorld, type World } from './world.js'

/** Every run sends the same requests, unless `GENATO_SEED` is set. Each failure states the seed. */
const SEED = Number(process.env['GENATO_SEED'] ?? 20_261_125)

let world: World
let sent = 0

beforeAll(async () => {
  world = await startWorld()
})

afterAll(async () => world.end())

function some<T>(cases: fc.Arbitrary<T>, numRuns: number): T[] {
  return fc.sample(cases, { numRuns, seed: SEED })
}

/** Sends all requests, and reports the first few whose answers are wrong. */
async function holds(cases: readonly Attack[]): Promise<Answered<Attack>[]> {
  world.takeAsked()
  world.takeLines()
  world.takeServed()
  const answered = await answersTo(world.port, cases)
  sent += cases.length
  const problems = answered.flatMap(({ asked, answer }) => {
    const problem = problemWith(asked, answer)
    const target = JSON.stringify((asked.raw ?? asked.target).toString('latin1').slice(0, 400))
    return problem === undefined ? [] : [`${asked.family} ${asked.method} ${target}\n  ${problem}`]
  })
  expect(problems.slice(0, 12), `seed ${SEED}, ${problems.length} of ${cases.length}`).toEqual([])
  return answered
}

/** Originals that were asked for, outside of these prefixes. */
function readBeyond(asked: readonly string[], ...prefixes: readonly string[]): string[] {
  return asked.filter((line) => {
    const [, bucket, key = ''] = /^\w+ (\w+) (.*)$/s.exec(line) ?? []
    if (bucket === 'rendered') return false
    return !prefixes.some((prefix) => key.startsWith(prefix)) || /(^|\/)\.{0,2}(\/|$)|[\0\\]/.test(key)
  })
}

const statuses = (answered: readonly Answered[]) =>
  new Set(answered.map(({ answer }) => (answer === 'closed' ? 0 : answer.status)))

describe('URIs of stored pictures', () => {
  it('give the same picture in every spelling of one rendition', async () => {
    const groups = some(sameCases, 300)
    const answered = await holds(groups.flatMap(({ cases }) => cases))
    const bodies = new Map(
      answered.flatMap(({ asked, answer }) =>
        answer === 'closed' || asked.method === 'HEAD' ? [] : [[asked, answer.body] as const],
      ),
    )
    for (const { name, cases } of groups) {
      const [first, ...others] = cases.flatMap((one) => bodies.get(one) ?? [])
      for (const other of others) expect(first?.equals(other), name).toBe(true)
    }
    expect(readBeyond(world.takeAsked(), 'any/', 'fast/', 'raw/')).toEqual([])
  }, 120_000)

  it('with one mistake get the error that names it', async () => {
    await holds(some(wrongCases, 1_100))
  }, 60_000)

  it('that are hostile get an answer of the table', async () => {
    const answered = await holds(some(hostileCases, 1_700))
    // Otherwise they never got beyond the gate.
    for (const status of [200, 400, 403, 404]) expect(statuses(answered)).toContain(status)
    const asked = world.takeAsked()
    const mounts = ['any/', 'fast/', 'wide/', 'listed/', 'raw/', 'seen/']
    expect(asked.some((line) => line.includes('originals any/'))).toBe(true)
    expect(readBeyond(asked, ...mounts)).toEqual([])
  }, 120_000)

  it('that point outside of a mount read nothing there', async () => {
    const { originals } = await loadSettings(world.home)
    for (const mount of originals.mounts.filter(({ name }) => ['narrow', 'raw', 'any'].includes(name))) {
      expect(mount.generation).toBe(generationOf(mount))
      await holds(some(outsideCases(mount.name, mount.generation), 350))
      expect(readBeyond(world.takeAsked(), mount.prefix)).toEqual([])
    }
  }, 60_000)

  it('without a valid signature are not even looked up', async () => {
    const { keys } = world
    await holds(signedCases(keys.current))
    const forged = some(forgedCases(keys.current), 900)
    await holds(forged)
    expect(world.takeAsked().filter((line) => /(signed|closed)\//.test(line))).toEqual([])
    expect(world.takeLines().filter(({ path }) => /^\/(signed|closed)\//.test(path))).toEqual([])
  }, 60_000)

  it('that the list of a mount lacks are not even looked up', async () => {
    const segments = [
      '40x30',
      '40x31,webp',
      '20x,avif',
      '20x',
      '20x30,auto',
      '40x30,webp,v=1',
      '20x,auto,flop',
    ]
    const cases = segments.flatMap((segment) =>
      KEYS.map((key) =>
        attack('listed', `/listed/${segment}/${encodeURI(key)}`, refusedAs('GET', '403 NOT_ALLOWED')),
      ),
    )
    const others = [
      '40x30,webp%2Fx',
      '40x30_webp',
      'tom.jpg/40x30_webp',
      '20x_auto-avif',
      'tom.jpg',
      'tom.jpg/as-is',
    ]
    const odd = others.map((rest) =>
      attack('listed', `/listed/${rest}/tom.jpg`, ({ status }) =>
        status < 400 ? `is ${status}` : undefined,
      ),
    )
    await holds([...cases, ...odd])
    expect(world.takeAsked()).toEqual([])
  })

  it('of moderated pictures show nothing, whatever they ask for', async () => {
    const { originals } = await loadSettings(world.home)
    const { generation = '' } = originals.mounts.find(({ name }) => name === 'seen') ?? {}
    const segments = [
      '9x9',
      '1x1',
      '9x9,json',
      '9x9,blur=100',
      '20x,auto',
      '9x9,crop=1x1+0+0,enlarge',
      '9x9,v=1',
      '9x9,faces',
    ]
    const shown = segments.flatMap((segment) =>
      KEYS.map((key) =>
        attack(
          'seen',
          `/seen/${segment}/${encodeURI(key)}`,
          refusedAs('GET', '403 MODERATED', '400 BAD_CROP'),
        ),
      ),
    )
    const around = [
      ...KEYS.flatMap((key) => [`/seen/${encodeURI(key)}`, `/seen/${generation}/${encodeURI(key)}/9x9`]),
      `/any/../seen/tom.jpg`,
      `/seen/${generation}/tom.jpg/as-is`,
      `/${generation}/seen/tom.jpg/9x9`,

      '/raw/9x9/..%2fseen/tom.jpg',
      '/_notes/seen/x/labels.json',
      `/seen/_notes/${generation}/seen/x/labels.json`,
    ].map((target) => attack('seen', target, ({ status }) => (status < 400 ? `is ${status}` : undefined)))
    await holds([...shown, ...around])
    // What was refused isn't stored either, only the notes of the labels.
    const stored = world.takeAsked().filter((line) => line.startsWith('put '))
    expect(stored.filter((line) => !line.startsWith('put rendered _notes/'))).toEqual([])
  }, 60_000)

  it('with headers that a server might believe get what they get without', async () => {
    await holds(some(headerCases, 400))
  }, 60_000)

  it('numbered over 5,000, nothing failed meanwhile, and memory is bounded', async () => {
    expect(sent).toBeGreaterThanOrEqual(5_000)
    expect(await askOnce(world.port, requestFor('/any/9x9/tom.jpg'))).toMatchObject({ status: 200 })
    expect(world.warnings.filter((text) => !text.startsWith('The local Rekognition looks'))).toEqual([])
    expect(world.functions().length).toBeGreaterThan(0)
    if (ON_LINUX) for (const pid of world.functions()) expect(residentPeak(pid) / 1e6).toBeLessThan(400)
  })
})
