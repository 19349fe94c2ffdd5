import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js'
import { describeAws, startMoto, type Moto } from '../support/moto/moto.js'
import { smallPackage, stackOn } from '../support/stack.js'

describeAws('the life of a stack', () => {
  let moto: Moto
  let proxy: FaultProxy
  beforeAll(async () => {
    moto = await startMoto()
    proxy = await startFaultProxy(moto.endpoint)
  })
  afterAll(async () => {
    await proxy.close()
    await moto.close()
  })
  beforeEach(async () => {
    await moto.reset()
    proxy.clear()
  })

  it('is made, is left alone when nothing differs, and is taken away whole', async () => {
    const stack = await stackOn({ endpoint: proxy.endpoint })
    expect(await stack.status()).toMatchObject({ state: 'not deployed' })
    const first = await stack.deploy()
    expect(first).toMatchObject({ version: 1, finished: true })
    expect(await stack.status()).toMatchObject({ state: 'in step', differing: [], unfinished: [] })

    proxy.clear()
    // What does not wait for each other overlaps, as on a real network.
    proxy.latency = 50
    const second = await stack.deploy()
    proxy.latency = 0
    expect(second).toMatchObject({ version: 1, finished: true, codeOnly: false })
    expect(proxy.writes()).toEqual([])
    expect(proxy.rounds()).toBeLessThanOrEqual(6)
    expect(proxy.calls.length).toBeLessThanOrEqual(32)

    await stack.cleanup()
    expect(await stack.status()).toMatchObject({ state: 'not deployed', strangers: [] })
    await stack.deploy()
    expect(await stack.status()).toMatchObject({ state: 'in step' })
  })

  it('publishes, updates and invalidates only what changed', async () => {
    const stack = await stackOn({ endpoint: proxy.endpoint })
    await stack.deploy(smallPackage('one', 'gen1'))
    proxy.clear()
    expect(await stack.deploy(smallPackage('two', 'gen1'))).toMatchObject({ version: 2, codeOnly: true })
    expect(proxy.writes().map(({ operation }) => operation)).not.toContain('CreateInvalidation')
    proxy.clear()
    expect(await stack.deploy(smallPackage('three', 'gen2'))).toMatchObject({ version: 3, codeOnly: false })
    expect(proxy.writes().map(({ operation }) => operation)).toContain('CreateInvalidation')
    expect(await stack.status()).toMatchObject({ unfinished: ['1 invalidation under way'] })
  })
})
