import { expect, test } from 'vitest'
import { openLedger } from '../../src/aws/change.js'
import type { Session } from '../../src/aws/session.js'
import type { Reporter } from '../../src/reporter/reporter.js'
import { fixAspects, syncAspects, type WrittenAspect } from '../../src/resources/aspects.js'
import { functionDrift, readSettings, settingsInput } from '../../src/resources/function-settings.js'

interface Lamp {
  colour: string
  bright: number
  warm: boolean
}

/** The aspects of a lamp. Brightness depends on the colour that the row above has set. */
function lampAspects(written: string[]): WrittenAspect<Lamp, Lamp>[] {
  return [
    {
      name: 'colour',
      fix: (seen, { colour }) => (seen.colour === colour ? undefined : { ...seen, colour }),
      write: async (_, { colour }) => void written.push(`colour ${colour}`),
    },
    {
      name: 'brightness',
      change: 'turn up',
      fix: (seen, { bright }) => (seen.bright === bright ? undefined : { ...seen, bright }),
      write: async (_, { colour, bright }) => void written.push(`brightness ${bright} of ${colour}`),
    },
    {
      name: 'warmth',
      fix: () => undefined,
      write: async () => void written.push('never'),
    },
  ]
}

const SEEN: Lamp = { colour: 'red', bright: 1, warm: true }
const WANTED: Lamp = { colour: 'blue', bright: 2, warm: false }

function lampSession(dryRun: boolean) {
  const said: string[] = []
  const signal = new AbortController().signal
  const reporter = {
    event: (_: string, text: string) => void said.push(text),
    step: (title: string) => {
      said.push(title)
      return { update: () => undefined, done: () => undefined, failed: () => undefined }
    },
  } as unknown as Reporter
  const session = { ledger: openLedger({ reporter, signal, dryRun }) } as Session
  return { session, said }
}

const LAMP = { resource: 'lamp', name: 'desk', call: async (run: () => Promise<unknown>) => run() }

test('drift lists the aspects that differ, in the order of the table', () => {
  const { fixed, differing } = fixAspects(lampAspects([]), SEEN, WANTED)
  expect(differing).toEqual(['colour', 'brightness'])
  expect(fixed).toEqual({ colour: 'blue', bright: 2, warm: true })
  expect(fixAspects(lampAspects([]), fixed, WANTED)).toEqual({ fixed, differing: [] })
})

test('a sync writes the aspects that differ in order, each write on top of the earlier ones', async () => {
  const written: string[] = []
  const { session, said } = lampSession(false)
  const now = await syncAspects(session, LAMP, lampAspects(written), { seen: SEEN, wanted: WANTED })
  expect(written).toEqual(['colour blue', 'brightness 2 of blue'])
  expect(said).toEqual(['update lamp desk: colour', 'update lamp desk: turn up'])
  expect(now).toEqual({ colour: 'blue', bright: 2, warm: true })
})

test('a dry run prints and returns the same as a sync, and writes nothing', async () => {
  const written: string[] = []
  const { session, said } = lampSession(true)
  const now = await syncAspects(session, LAMP, lampAspects(written), { seen: SEEN, wanted: WANTED })
  expect(written).toEqual([])
  expect(said).toEqual(['would update lamp desk: colour', 'would update lamp desk: turn up'])
  expect(now).toEqual({ colour: 'blue', bright: 2, warm: true })
})

const SETTINGS = {
  role: 'arn:aws:iam::123456789012:role/r',
  roleId: 'AROA1',
  runtime: 'nodejs24.x',
  memory: 1769,
  timeout: 30,
  handler: 'index.handler',
}

test('each function setting is read from the field that it is written to', () => {
  const input = settingsInput(SETTINGS)
  expect(input).toEqual({
    Role: SETTINGS.role,
    Runtime: 'nodejs24.x',
    MemorySize: 1769,
    Timeout: 30,
    Handler: 'index.handler',
  })
  const { roleId: _, ...settings } = SETTINGS
  expect(readSettings(input)).toEqual(settings)
})

test.each([
  [{}, []],
  [{ memory: 128, handler: 'other.handler' }, ['memory', 'handler']],
  [{ role: 'arn:aws:iam::123456789012:role/other', roleId: 'AROA2' }, ['role']],
  // The same ARN: the role was deleted and created again.
  [{ roleId: 'AROA2' }, ['role']],
  // An early version of genato didn't record the id.
  [{ roleId: undefined }, []],
])('a function with %o differs in %j', (other, differing) => {
  expect(functionDrift({ ...SETTINGS, ...other }, SETTINGS)).toEqual(differing)
})
