import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Clock } from '../../src/aws/clock.js'
import { createClients } from '../../src/aws/clients.js'
import { createHealth, type Place } from '../../src/logs/health.js'
import { readPlaces, type Asked } from '../../src/logs/read.js'
import type { Reporter } from '../../src/reporter/reporter.js'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js'
import { borrowMoto, type Moto } from '../support/moto/moto.js'

export const FUNCTION_GROUP = '/aws/lambda/us-east-1.genato-func'
export const NOTHING = 'none of the groups'
const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }

export interface Stage {
  moto: Moto
  proxy: FaultProxy
  env: Record<string, string>
  /** Puts messages into a group, and makes the group if necessary. */
  put(region: string, group: string, messages: [time: number, message: string][]): Promise<void>
}

/** Runs moto behind the fault proxy for the tests of one file. */
export function useStage(): Stage {
  const stage = {} as Stage
  let puts = 0
  beforeAll(async () => {
    stage.moto = await borrowMoto()
    stage.proxy = await startFaultProxy(stage.moto.endpoint)
    stage.env = {
      AWS_ENDPOINT_URL: stage.proxy.endpoint,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    }
    Object.assign(process.env, stage.env)
  })
  afterAll(async () => {
    await stage.proxy.close()
  })
  beforeEach(async () => {
    stage.proxy.clear()
    await stage.moto.reset()
  })
  stage.put = async (region, logGroupName, messages) => {
    const client = new CloudWatchLogs({
      region,
      endpoint: stage.moto.endpoint,
      credentials: CREDENTIALS,
    })
    const there = await client.describeLogGroups({ logGroupNamePrefix: logGroupName })
    if (there.logGroups?.length === 0) await client.createLogGroup({ logGroupName })
    const logStreamName = String((puts += 1))
    await client.createLogStream({ logGroupName, logStreamName })
    const logEvents = messages.map(([timestamp, message]) => ({ timestamp, message }))
    await client.putLogEvents({ logGroupName, logStreamName, logEvents })
    client.destroy()
  }
  return stage
}

interface Follower {
  /** The messages that it gave, and its warnings. */
  messages: string[]
  warnings: string[]
  now(): number
  /** Lets time pass until it has given that many messages. */
  until(count: number): Promise<void>
  /** Lets this much time pass. */
  pass(ms: number): Promise<void>
  /** Lets time pass until it ends by itself. @throws what reading throws. */
  ended(): Promise<void>
  stop(): Promise<void>
}

/** Reads with a clock that moves only on request, and never during a call to AWS. */
export function follow(
  places: Place[],
  asked: Omit<Asked, 'start'> & { since: number },
  client: { silence?: number; attempts?: number } = {},
): Follower {
  const { clock, step } = steppedClock()
  const stop = new AbortController()
  const clients = createClients({ attempts: 1, ...client })
  let calls = 0
  const counted = (region: string) => {
    const { logs } = clients.in(region)
    logs.middlewareStack.add(
      (next) => async (args) => {
        calls += 1
        return next(args).finally(() => (calls -= 1))
      },
      { step: 'initialize', name: 'counted', override: true },
    )
    return clients.in(region)
  }
  const messages: string[] = []
  const warnings: string[] = []
  const reporter = { warn: (message: string) => void warnings.push(message) } as Reporter
  const read = async () => {
    const session = { clients: { ...clients, in: counted }, clock, signal: stop.signal }
    const health = createHealth(places, reporter, NOTHING)
    const { since, ...rest } = asked
    const events = readPlaces(session, places, health, { ...rest, start: clock.now() - since })
    for await (const { message } of events) messages.push(message)
  }
  let over = false
  const reading = read().finally(() => {
    over = true
    clients.close()
  })
  reading.catch(() => undefined)
  const run = async (done: () => boolean, limit = Infinity) => {
    const late = performance.now() + 10_000
    for (let quiet = 0; !done(); quiet = calls > 0 ? 0 : quiet + 1) {
      if (over || performance.now() > late) throw new Error(`Given: ${messages.join()}; ${warnings.join()}`)
      if (quiet >= 3) {
        step(limit)
        quiet = 0
      }
      await tick()
    }
  }
  return {
    messages,
    warnings,
    now: clock.now,
    until: async (count) => run(() => messages.length >= count),
    async pass(ms) {
      const at = clock.now() + ms
      await run(() => clock.now() >= at, at)
    },
    async ended() {
      await run(() => over)
      await reading
    },
    async stop() {
      stop.abort()
      await reading.catch((error: unknown) => {
        if (error !== stop.signal.reason) throw error
      })
    },
  }
}

async function tick(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1)
  })
}

/** `step` moves the clock to the next sleeper's time, or to the limit if that is earlier. */
function steppedClock(): { clock: Clock; step: (limit: number) => void } {
  let now = Date.now()
  const sleepers = new Set<{ at: number; wake: () => void }>()
  const step = (limit: number) => {
    const [next] = [...sleepers].sort((a, b) => a.at - b.at)
    if (next && next.at <= limit) {
      now = Math.max(now, next.at)
      next.wake()
    } else if (limit !== Infinity) now = limit
  }
  const sleep = async (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted()
      const end = () => {
        sleepers.delete(sleeper)
        signal.removeEventListener('abort', abort)
      }
      const abort = () => {
        end()
        reject(signal.reason as Error)
      }
      const sleeper = {
        at: now + ms,
        wake: () => {
          end()
          resolve()
        },
      }
      sleepers.add(sleeper)
      signal.addEventListener('abort', abort)
    })
  return { clock: { now: () => now, sleep }, step }
}
