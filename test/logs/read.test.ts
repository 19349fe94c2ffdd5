import { expect, test } from 'vitest'
import { findDistribution } from '../../src/resources/find-distribution.js'
import { createClients } from '../../src/aws/clients.js'
import { EDGE_REGIONS } from '../../src/aws/regions.js'
import { placesOf } from '../../src/logs/read.js'
import { describeAws } from '../support/moto/moto.js'
import { distribute } from './distribute.js'
import { follow, FUNCTION_GROUP, NOTHING, useStage } from './stage.js'

const HOUR = 3_600_000
const at = (...regions: string[]) => regions.map((region) => ({ region, group: FUNCTION_GROUP }))
const once = { follow: false, since: HOUR }
const ever = { follow: true, since: HOUR }

const FILTER = { service: 'logs', operation: 'FilterLogEvents' }
const of = (region: string) => ({ ...FILTER, when: (call: { region: string }) => call.region === region })
const error = (code: string, status = 400) => ({ kind: 'error' as const, code, status, message: `${code}!` })
const DENIED = {
  ...error('AccessDeniedException'),
  message: 'User: u is not authorized to perform: logs:FilterLogEvents',
}

const numbered = (count: number, start: number, step = 10): [number, string][] =>
  Array.from({ length: count }, (_, i) => [start + i * step, `${start + i * step}`])

describeAws('reading the logs of regions', () => {
  const stage = useStage()

  test('orders the events of all regions over all pages, and ends', async () => {
    const start = Date.now() - HOUR / 2
    const events = ['eu-west-1', 'us-east-1', 'sa-east-1'].map((_, i) => numbered(25, start + i * 3))
    await stage.put('eu-west-1', FUNCTION_GROUP, events[0]!)
    await stage.put('us-east-1', FUNCTION_GROUP, events[1]!)
    await stage.put('sa-east-1', FUNCTION_GROUP, events[2]!)
    const places = at('eu-west-1', 'us-east-1', 'sa-east-1', 'eu-west-2')
    const reading = follow(places, { ...once, pageSize: 7 })
    await reading.ended()
    const expected = events.flat().map(([, message]) => message)
    expect(reading.messages).toEqual(expected.sort())
    expect(reading.warnings).toEqual([])
    // 4 pages each, and one call for the region without the group.
    expect(stage.proxy.calls).toHaveLength(13)
  })

  test('starts at --since, continues over empty pages, and lets CloudWatch filter', async () => {
    const now = Date.now()
    await stage.put('eu-west-1', FUNCTION_GROUP, [
      [now - 2 * HOUR, 'too old, wanted'],
      [now - 2_000, 'not'],
      [now - 1_000, 'wanted'],
    ])
    const empty = JSON.stringify({ events: [], nextToken: 'next', searchedLogStreams: [] })
    const headers = { 'content-type': 'application/x-amz-json-1.1' }
    stage.proxy.fault({ ...FILTER, play: { kind: 'respond', status: 200, body: empty, headers } })
    // moto would not know that token.
    stage.proxy.fault({
      ...FILTER,
      play: {
        kind: 'respond',
        status: 200,
        headers,
        body: JSON.stringify({ events: [{ eventId: 'x', timestamp: now, message: 'wanted, too' }] }),
      },
    })
    const paged = follow(at('eu-west-1'), once)
    await paged.ended()
    expect(paged.messages).toEqual(['wanted, too'])
    const filtered = follow(at('eu-west-1'), { ...once, filter: 'wanted' })
    await filtered.ended()
    expect(filtered.messages).toEqual(['wanted'])
  })

  test('follows new events and late ones, and gives each once', async () => {
    const reading = follow(at('eu-west-1', 'us-east-1'), { ...ever, pageSize: 2 })
    await stage.put('eu-west-1', FUNCTION_GROUP, numbered(5, reading.now() - 50_000, 1_000))
    await reading.until(5)
    await reading.pass(40_000)
    expect(reading.messages).toHaveLength(5)
    const late = reading.now() - 30_000
    await stage.put('eu-west-1', FUNCTION_GROUP, [[reading.now(), 'new']])
    await reading.until(6)
    await stage.put('eu-west-1', FUNCTION_GROUP, [[late, 'late']])
    await reading.until(7)
    await reading.pass(30_000)
    expect(reading.messages.slice(5)).toEqual(['new', 'late'])
    await reading.stop()
  })

  test('follows events that are minutes late', async () => {
    const early = Date.now()
    await stage.put('eu-west-1', FUNCTION_GROUP, numbered(3, early - 300_000, 100_000))
    const reading = follow(at('eu-west-1'), { ...ever, pageSize: 2 })
    await reading.until(3)
    await stage.put('eu-west-1', FUNCTION_GROUP, numbered(3, early - 290_000))
    await reading.pass(70_000)
    expect(reading.messages).toHaveLength(6)
    await reading.pass(100_000)
    expect(new Set(reading.messages).size).toBe(6)
    expect(reading.messages).toHaveLength(6)
    await reading.stop()
  })

  test('follows without gaps or duplicates, whatever fails', async () => {
    const plays = [
      { kind: 'reset' as const },
      { kind: 'reset-after' as const },
      error('ThrottlingException'),
      error('InternalFailure', 500),
      error('InvalidParameterException'),
    ]
    const regions = ['eu-west-1', 'us-east-1', 'sa-east-1']
    for (const region of regions) await stage.put(region, FUNCTION_GROUP, [])
    const reading = follow(at(...regions), { ...ever, pageSize: 6 })
    const sent: string[] = []
    let seed = 1
    // Park and Miller's generator: the same in each run.
    const random = (below: number) => (seed = (seed * 16_807) % 2_147_483_647) % below
    for (let round = 0; round < 15; round++) {
      const region = regions[random(3)]!
      const times = Array.from(
        { length: random(8) },
        () => reading.now() - random(round % 2 ? 2_000 : 40_000),
      )
      const events = times.sort((a, b) => a - b).map((time, i): [number, string] => [time, `${round}.${i}`])
      sent.push(...events.map(([, message]) => message))
      await stage.put(region, FUNCTION_GROUP, events)
      const play = plays[random(plays.length)]!
      if (random(2) > 0) stage.proxy.fault({ ...FILTER, skip: random(4), play })
      await reading.pass(random(6_000))
    }
    await reading.pass(70_000)
    expect([...reading.messages].sort()).toEqual(sent.sort())
    await reading.stop()
  })

  test('follows in order though it polls regions at different moments', async () => {
    await stage.put('eu-west-1', FUNCTION_GROUP, [[Date.now() - 1_000, 'old']])
    await stage.put('us-east-1', FUNCTION_GROUP, [[Date.now() - 900, 'old too']])
    // The retry comes 5 s later, so that from then on it polls one in odd seconds and the other in even ones.
    stage.proxy.fault({ ...of('eu-west-1'), play: error('ThrottlingException') })
    const reading = follow(at('eu-west-1', 'us-east-1'), ever)
    await reading.pass(9_500)
    expect(reading.messages).toHaveLength(2)
    const now = reading.now()
    await stage.put('us-east-1', FUNCTION_GROUP, [[now + 200, 'second']])
    await stage.put('eu-west-1', FUNCTION_GROUP, [[now + 100, 'first']])
    await reading.until(4)
    expect(reading.messages.slice(2)).toEqual(['first', 'second'])
    await reading.stop()
  })

  test('looks again for a group that doesn’t exist yet, and warns once if none exists', async () => {
    const reading = follow(at('eu-west-1', 'eu-west-2'), ever)
    await reading.pass(70_000)
    expect(stage.proxy.calls.length).toBeLessThanOrEqual(8)
    const group = numbered(3, reading.now() - 65_000, 1_000)
    await stage.put('eu-west-2', FUNCTION_GROUP, group)
    await reading.until(3)
    expect(reading.warnings).toEqual([NOTHING])
    await reading.stop()
  })

  test.each([
    ['denied', DENIED, "eu-west-1 can't be read: Access denied: logs:FilterLogEvents"],
    ['throttled', error('ThrottlingException'), "eu-west-1 can't be read: AWS asks to be called less often"],
    ['failing', error('ServiceUnavailableException', 503), "eu-west-1 can't be read: AWS failed"],
    ['cut off', { kind: 'reset' as const }, "eu-west-1 can't be read: AWS could not be reached"],
    ['silent', { kind: 'hang' as const }, "eu-west-1 can't be read: AWS could not be reached"],
  ])(
    'a region that is %s causes one warning, is tried again, and holds up no other',
    async (_what, play, warning) => {
      const now = Date.now()
      await stage.put('eu-west-1', FUNCTION_GROUP, numbered(6, now - 20_000))
      await stage.put('us-east-1', FUNCTION_GROUP, [[now - 1_000, 'from elsewhere']])
      // Between the pages of the first poll.
      stage.proxy.fault({ ...of('eu-west-1'), skip: 1, times: 3, play })
      const reading = follow(at('eu-west-1', 'us-east-1'), { ...ever, pageSize: 2 }, { silence: 250 })
      await reading.until(3)
      expect(reading.messages).toContain('from elsewhere')
      await reading.until(7)
      await reading.pass(10_000)
      expect(reading.messages).toHaveLength(7)
      expect(reading.warnings).toEqual([expect.stringContaining(warning)])
      await reading.stop()
    },
  )

  test('without following, it warns of a failing region and reads the others', async () => {
    await stage.put('us-east-1', FUNCTION_GROUP, [[Date.now() - 1_000, 'from elsewhere']])
    stage.proxy.fault({ ...of('eu-west-1'), play: DENIED })
    const reading = follow(at('eu-west-1', 'us-east-1'), once)
    await reading.ended()
    expect(reading.messages).toEqual(['from elsewhere'])
    expect(reading.warnings).toHaveLength(1)
  })

  test('fails if every region fails, later only if the error won’t go away', async () => {
    const everywhere = { ...FILTER, times: 99 }
    stage.proxy.fault({ ...everywhere, play: error('ThrottlingException') })
    for (const asked of [once, ever]) {
      const reading = follow(at('eu-west-1', 'us-east-1'), asked)
      await expect(reading.ended()).rejects.toMatchObject({ code: 'THROTTLED' })
      expect(reading.warnings).toEqual([])
    }
    stage.proxy.clear()
    const reading = follow(at('eu-west-1', 'us-east-1'), ever)
    await reading.pass(100)
    stage.proxy.fault({ ...FILTER, times: 4, play: error('ServiceUnavailableException', 503) })
    await reading.pass(120_000)
    stage.proxy.fault({ ...everywhere, play: error('ExpiredTokenException') })
    await expect(reading.ended()).rejects.toMatchObject({ code: 'CREDENTIALS_EXPIRED' })
  })

  test('continues if CloudWatch no longer knows the token of a page', async () => {
    await stage.put('eu-west-1', FUNCTION_GROUP, numbered(6, Date.now() - 20_000))
    stage.proxy.fault({ ...FILTER, skip: 1, play: error('InvalidParameterException') })
    const reading = follow(at('eu-west-1'), { ...ever, pageSize: 2 })
    await reading.until(6)
    await reading.pass(10_000)
    expect(new Set(reading.messages).size).toBe(reading.messages.length)
    await reading.stop()
  })

  test('polls a region at most every 2 s, one group at a time', async () => {
    const groups = [
      { name: '/aws/lambda/us-east-1.genato-func', regions: EDGE_REGIONS },
      { name: '/aws/lambda/genato-func', regions: ['us-east-1'] },
      { name: '/aws/cloudfront/LambdaEdge/E1', regions: EDGE_REGIONS },
    ]
    const places = placesOf(groups, ['us-east-1'])
    expect(placesOf(groups, ['eu-west-1', 'xx-new-1']).map(({ group }) => group)).not.toContain(
      '/aws/lambda/genato-func',
    )
    for (const { region, group } of places) await stage.put(region, group, [[Date.now(), group]])
    stage.proxy.latency = 5
    const reading = follow(places, ever)
    const began = reading.now()
    await reading.pass(20_000)
    await reading.stop()
    expect(reading.messages.sort()).toEqual([
      '/aws/cloudfront/LambdaEdge/E1',
      '/aws/lambda/genato-func',
      '/aws/lambda/us-east-1.genato-func',
    ])
    const filters = stage.proxy.calls.filter(({ operation }) => operation === 'FilterLogEvents')
    expect(filters.length).toBeLessThanOrEqual((3 * (reading.now() - began)) / 2_000 + 3)
    expect(stage.proxy.rounds()).toBe(stage.proxy.calls.length)
  })

  test('finds the distribution that runs the function', async () => {
    const id = await distribute(stage.moto.endpoint)
    const clients = createClients()
    const session = { clients, signal: new AbortController().signal }
    const idOf = async (stack: string) => {
      const name = `${stack}-func`
      const arn = `arn:aws:lambda:us-east-1:123456789012:function:${name}`
      const search = { stack, buckets: [], functions: [{ name, arn }] }
      return (await findDistribution(session, search, { anyBucket: true }))?.id
    }
    expect(await idOf('genato')).toBe(id)
    expect(await idOf('other')).toBeUndefined()
    clients.close()
  })
})
