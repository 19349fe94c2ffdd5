import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { defineGenerator, type Generator } from '../../../handler/shared/contract.js'
import type { EdgeRequest, EdgeResponse } from '../../../handler/edge/edge-event.js'
import { event, localStore } from '../../support/edge.js'
import { scriptedS3, service } from '../../support/service.js'

const KEY = 'generated/gen1/640x480/white/png'

function isResponse(result: EdgeRequest | EdgeResponse): result is EdgeResponse {
  return 'status' in result
}

function answer(result: EdgeRequest | EdgeResponse): EdgeResponse {
  if (!isResponse(result)) throw new Error(`The request was passed on to ${result.uri}.`)
  return result
}

function bodyOf(result: EdgeRequest | EdgeResponse): Buffer {
  return Buffer.from(answer(result).body ?? '', 'base64')
}

function header(response: EdgeResponse, name: string): string | undefined {
  return response.headers[name]?.[0]?.value
}

/** A generator of one path, with the test's own `generate`. */
function generatorOf(generate: Generator<object>['generate']): Generator<object> {
  return defineGenerator({
    version: '1',
    parse: (path) => (path === '/image' ? {} : undefined),
    format: () => '/image',
    generate,
  })
}

describe('an image', () => {
  it('is generated, stored with its type and cache headers, and sent', async () => {
    const { endpoint, folder } = await localStore()
    const { send, lines } = service(endpoint)
    const result = await send(event('/640x480,white,png'))
    const stored = await folder.get(KEY)
    expect(bodyOf(result)).toEqual(stored?.body)
    expect(stored).toMatchObject({
      contentType: 'image/png',
      cacheControl: 'public, max-age=86400, s-maxage=31536000',
    })
    expect(await sharp(stored?.body).metadata()).toMatchObject({ format: 'png', width: 640, height: 480 })
    expect(lines).toEqual([
      {
        requestId: 'test-request',
        path: '/640x480,white,png',
        key: KEY,
        outcome: 'made',
        status: 200,
        bytes: stored?.body.length,
        ms: {
          total: expect.any(Number),
          lookup: expect.any(Number),
          render: expect.any(Number),
          store: expect.any(Number),
        },
        region: 'eu-west-1',
      },
    ])
  })

  it('is found the second time in any spelling, without being generated again', async () => {
    const { endpoint, folder } = await localStore()
    const { send, lines } = service(endpoint)
    await send(event('/640x480,white,png'))
    const result = await send(event('/640X480,%23FFF'))
    expect(bodyOf(result)).toEqual((await folder.get(KEY))?.body)
    expect(lines[1]).toMatchObject({
      outcome: 'hit',
      path: '/640x480,white,png',
      ms: { lookup: expect.any(Number) },
    })
    expect(lines[1]?.ms).not.toHaveProperty('render')
  })

  it('costs two requests to S3 when it is generated, one when it is stored, none when the URL is wrong', async () => {
    const there = new Set<string>()
    const { endpoint, requests } = await scriptedS3(({ method, path }, response) => {
      if (method === 'PUT') there.add(path)
      response.writeHead(there.has(path) ? 200 : 404).end()
    })
    const { send } = service(endpoint)
    await send(event('/10,white'))
    expect(requests.map((line) => line.split(' ')[0])).toEqual(['GET', 'PUT'])
    await send(event('/10,white'))
    await send(event('/10,whit'))
    expect(requests.map((line) => line.split(' ')[0])).toEqual(['GET', 'PUT', 'GET'])
  })

  it('is the same for two viewers who ask at once, and stored completely', async () => {
    const { endpoint, folder } = await localStore()
    const { send, lines } = service(endpoint)
    const results = await Promise.all(Array.from({ length: 8 }, async () => send(event('/300x200,red,webp'))))
    const key = 'generated/gen1/300x200/red/webp'
    const stored = await folder.get(key)
    for (const result of results)
      if (isResponse(result)) expect(bodyOf(result)).toEqual(stored?.body)
      else expect(result.uri).toBe(`/${key}`)
    expect(await sharp(stored?.body).metadata()).toMatchObject({ width: 300, height: 200 })
    expect(lines.every(({ status }) => status === 200)).toBe(true)
  })

  it('that another process stored first stays as it is', async () => {
    const { endpoint, folder } = await localStore()
    const generator = generatorOf(async () => {
      await folder.put('generated/gen1/image/first', {
        body: Buffer.from('other'),
        contentType: 'text/plain',
      })
      return { body: 'mine', contentType: 'text/plain' }
    })
    const { send } = service(endpoint, { ...generator, key: () => 'image/first' })
    expect(await send(event('/image'))).toMatchObject({ uri: '/generated/gen1/image/first' })
    expect((await folder.get('generated/gen1/image/first'))?.body.toString()).toBe('other')
  })

  it('is stored at the second attempt when S3 reports a conflict', async () => {
    let puts = 0
    const { endpoint } = await scriptedS3(({ method }, response) => {
      if (method === 'GET') response.writeHead(404).end()
      else response.writeHead(++puts === 1 ? 409 : 200).end()
    })
    const { send } = service(endpoint)
    expect(answer(await send(event('/10'))).status).toBe('200')
    expect(puts).toBe(2)
  })

  it('is looked up below the origin’s path', async () => {
    const { endpoint, folder } = await localStore()
    const { send } = service(endpoint)
    const base = event('/10')
    const { origin } = base.Records[0].cf.request
    const result = await send(event('/10', { origin: { s3: { ...origin!.s3!, path: '/pictures' } } }))
    const stored = await folder.get('pictures/generated/gen1/10x10/cccccc/png')
    expect(stored).toBeDefined()
    expect(bodyOf(result)).toEqual(stored?.body)
  })

  it('is generated and stored for HEAD too', async () => {
    const { endpoint, folder } = await localStore()
    const { send } = service(endpoint)
    expect(await send(event('/640x480,white,png', { method: 'HEAD' }))).toMatchObject({
      method: 'HEAD',
      uri: `/${KEY}`,
    })
    expect(await folder.get(KEY)).toBeDefined()
  })
})

describe('a wrong URL', () => {
  it('gets 400 as text, with code and message, cached for an hour', async () => {
    const { endpoint } = await localStore()
    const { send, lines } = service(endpoint)
    const response = answer(await send(event('/640x480,whit,png')))
    expect(response).toMatchObject({ status: '400', statusDescription: 'Bad Request', bodyEncoding: 'text' })
    expect(response.body).toMatch(/^BAD_COLOR: "whit" .*white/)
    expect(header(response, 'content-type')).toBe('text/plain; charset=utf-8')
    expect(header(response, 'x-content-type-options')).toBe('nosniff')
    expect(header(response, 'cache-control')).toBe('public, max-age=3600')
    expect(lines[0]).toMatchObject({ outcome: 'rejected', status: 400, path: '/640x480,whit,png' })
  })

  it('gets no body for HEAD', async () => {
    const { endpoint } = await localStore()
    const response = answer(await service(endpoint).send(event('/0x0', { method: 'HEAD' })))
    expect(response.status).toBe('400')
    expect(response).not.toHaveProperty('body')
  })
})

describe('a file', () => {
  it('that exists is fetched from S3 by the same path', async () => {
    const { endpoint, folder } = await localStore()
    await folder.put('logo äöü+1.png', { body: Buffer.from('x'), contentType: 'image/png' })
    const { send, lines } = service(endpoint)
    const asked = event('/logo%20%C3%A4%C3%B6%C3%BC%2B1.png')
    expect(await send(asked)).toEqual(asked.Records[0].cf.request)
    expect(lines[0]).toMatchObject({ outcome: 'passed', status: 200 })
  })

  it('with a plus in its path is fetched with the plus encoded, because S3 reads a plus as a space', async () => {
    const { endpoint, folder } = await localStore()
    await folder.put('a+b.txt', { body: Buffer.from('x'), contentType: 'text/plain' })
    expect(await service(endpoint).send(event('/a+b.txt'))).toMatchObject({ uri: '/a%2Bb.txt' })
  })

  it.each(['/missing.png', '/a/b/c.txt', '/robots.txt'])(
    '%s that doesn’t exist gets a 404 from the function',
    async (path) => {
      const { endpoint } = await localStore()
      const { send, lines } = service(endpoint)
      const response = answer(await send(event(path)))
      expect(response.status).toBe('404')
      expect(header(response, 'cache-control')).toBe('public, max-age=60')
      expect(lines[0]).toMatchObject({ outcome: 'missing', path })
    },
  )

  it.each(['/', '/folder/', '/640x480/'])('%s gets a 404 without a request to S3', async (path) => {
    const { endpoint, requests } = await scriptedS3((_, response) => response.writeHead(200).end())
    expect(answer(await service(endpoint).send(event(path))).status).toBe('404')
    expect(requests).toEqual([])
  })

  it.each(['/../etc/passwd', '/a/%2e%2e/b', '/a%2F..%2Fb', '/%00', '/%ZZ', '/a%0d%0aSet-Cookie:x'])(
    '%s gets 400 without a request to S3',
    async (path) => {
      const { endpoint, requests } = await scriptedS3((_, response) => response.writeHead(200).end())
      const response = answer(await service(endpoint).send(event(path)))
      expect(response.status).toBe('400')
      expect(response.body).toMatch(/^BAD_ENCODING: /)
      expect(requests).toEqual([])
    },
  )

  it('requested with another method than GET or HEAD goes to S3', async () => {
    const { endpoint } = await localStore()
    const asked = event('/640x480', { method: 'OPTIONS' })
    expect(await service(endpoint).send(asked)).toEqual(asked.Records[0].cf.request)
  })
})

describe('S3', () => {
  it.each([403, 500, 503, 400])(
    'that answers the lookup with %i doesn’t mean that the object is absent: 503',
    async (status) => {
      const { endpoint, requests } = await scriptedS3((_, response) => response.writeHead(status).end())
      const { send, lines } = service(endpoint)
      const response = answer(await send(event('/640x480')))
      expect(response.status).toBe('503')
      expect(header(response, 'cache-control')).toBe('no-store')
      expect(response.body).not.toContain(String(status))
      expect(requests.every((line) => line.startsWith('GET'))).toBe(true)
      expect(lines[0]).toMatchObject({ outcome: 'failed', error: expect.stringContaining(`with ${status}`) })
    },
  )

  it('gets a second request after a temporary error', async () => {
    const { endpoint } = await scriptedS3(({ count }, response) =>
      response.writeHead(count === 1 ? 503 : 200).end(),
    )
    expect(answer(await service(endpoint).send(event('/640x480,white,png'))).status).toBe('200')
  })

  it('gets a second request if the connection breaks', async () => {
    const { endpoint } = await scriptedS3(({ count }, response) => {
      if (count === 1) response.destroy()
      else response.writeHead(200).end()
    })
    expect(answer(await service(endpoint).send(event('/640x480,white,png'))).status).toBe('200')
  })

  it('gets the request through a new connection if the open ones are dead', async () => {
    let thawed = false
    const sockets = new Set<unknown>()
    const { endpoint } = await scriptedS3(({ method }, response) => {
      const { socket } = response
      // As after a freeze: the open sockets are dead, which shows only when they are used.
      if (thawed && sockets.has(socket)) {
        socket?.destroy()
        return
      }
      if (!thawed) sockets.add(socket)
      setTimeout(() => response.writeHead(method === 'GET' ? 404 : 200, { 'content-length': 0 }).end(), 20)
    })
    const generator = generatorOf(async (_, { store }) => {
      await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => store.get(key)))
      return { body: 'x', contentType: 'text/plain' }
    })
    const { send } = service(endpoint, generator)
    await send(event('/image'))
    expect(sockets.size).toBeGreaterThan(2)
    thawed = true
    expect(answer(await send(event('/image'))).status).toBe('200')
  })

  it('that can’t be reached means 503', async () => {
    const { send, lines } = service('http://127.0.0.1:9')
    expect(answer(await send(event('/640x480'))).status).toBe('503')
    expect(lines[0]?.error).toContain('ECONNREFUSED')
  })

  it('that doesn’t answer means 503, before Lambda ends the function', async () => {
    const { endpoint } = await scriptedS3(() => undefined)
    const started = Date.now()
    expect(answer(await service(endpoint).send(event('/640x480'), 2_300)).status).toBe('503')
    expect(Date.now() - started).toBeLessThan(2_000)
  })

  it('that refuses to store an image doesn’t stop the function from sending it, cached for a minute', async () => {
    const { endpoint } = await scriptedS3(({ method }, response) =>
      response.writeHead(method === 'GET' ? 404 : 403).end(),
    )
    const { send, lines } = service(endpoint)
    const response = answer(await send(event('/640x480,white,png')))
    expect(response).toMatchObject({ status: '200', bodyEncoding: 'base64' })
    expect(header(response, 'content-type')).toBe('image/png')
    expect(header(response, 'cache-control')).toBe('public, max-age=60')
    expect(header(response, 'etag')).toMatch(/^"[0-9a-f]{32}"$/)
    const metadata = await sharp(Buffer.from(response.body ?? '', 'base64')).metadata()
    expect(metadata).toMatchObject({ width: 640, height: 480 })
    expect(lines[0]).toMatchObject({ outcome: 'made', status: 200, error: expect.stringContaining('403') })
  })

  it.each([
    [749_997, '200'],
    [750_000, '503'],
  ])(
    'that refuses to store %i bytes, which CloudFront must accept in base64, means %s',
    async (bytes, status) => {
      const { endpoint } = await scriptedS3(({ method }, response) =>
        response.writeHead(method === 'GET' ? 404 : 500).end(),
      )
      const generator = generatorOf(async () => ({ body: Buffer.alloc(bytes), contentType: 'image/png' }))
      expect(answer(await service(endpoint, generator).send(event('/image'))).status).toBe(status)
    },
  )
})

describe('a generator', () => {
  it.each([
    ['throws', async () => Promise.reject(new Error('secret detail')), 'secret detail'],
    [
      'throws at once',
      () => {
        throw new Error('secret detail')
      },
      'secret detail',
    ],
    ['returns nothing', async () => undefined as never, 'returned nothing'],
    ['returns a number', async () => 5 as never, 'a number'],
    ['returns no content type', async () => ({ body: 'x' }) as never, 'media type'],
    [
      'returns a header break for a content type',
      async () => ({ body: 'x', contentType: 'a/b\r\nSet-Cookie: c' }),
      'media type',
    ],
    ['returns an empty body', async () => ({ body: '', contentType: 'image/png' }), 'empty'],
    [
      'returns far too much',
      async () => ({ body: Buffer.alloc(60_000_000), contentType: 'image/png' }),
      '60000000 bytes',
    ],
  ])('that %s means 500, with the reason only in the log', async (_, generate, reason) => {
    const { endpoint, folder } = await localStore()
    const { send, lines } = service(endpoint, generatorOf(generate as Generator<object>['generate']))
    const response = answer(await send(event('/image')))
    expect(response.status).toBe('500')
    expect(header(response, 'cache-control')).toBe('no-store')
    expect(response.body).not.toContain(reason)
    expect(lines[0]).toMatchObject({ outcome: 'failed', error: expect.stringContaining(reason) })
    expect(await folder.list('')).toEqual([])
  })

  it('that does not finish is aborted two seconds before the function’s timeout, which means 503', async () => {
    const { endpoint } = await localStore()
    let told = false
    const generator = generatorOf(async (_, { signal, deadline }) => {
      expect(deadline - Date.now()).toBeLessThanOrEqual(400)
      signal.addEventListener('abort', () => (told = true))
      return new Promise(() => undefined)
    })
    const started = Date.now()
    expect(answer(await service(endpoint, generator).send(event('/image'), 2_400)).status).toBe('503')
    expect(Date.now() - started).toBeLessThan(2_000)
    expect(told).toBe(true)
  })

  it('reads the bucket, and writes only below generated/', async () => {
    const { endpoint, folder } = await localStore()
    await folder.put('originals/a.txt', { body: Buffer.from('original'), contentType: 'text/plain' })
    const generator = generatorOf(async (_, { store }) => {
      const original = await store.get('originals/a.txt')
      expect(await store.get('originals/b.txt')).toBeUndefined()
      await store.put('generated/notes/a.txt', { body: 'note', contentType: 'text/plain' })
      await expect(store.put('originals/a.txt', { body: 'no', contentType: 'text/plain' })).rejects.toThrow(
        'generated/',
      )
      return { body: original?.body ?? 'none', contentType: 'text/plain' }
    })
    expect(answer(await service(endpoint, generator).send(event('/image'))).status).toBe('200')
    expect((await folder.get('generated/notes/a.txt'))?.body.toString()).toBe('note')
    expect((await folder.get('originals/a.txt'))?.body.toString()).toBe('original')
  })

  it('with an asynchronous parse means 500, instead of one image for every path', async () => {
    const { endpoint } = await localStore()
    const generator = {
      ...generatorOf(async () => ({ body: 'x', contentType: 'text/plain' })),
      parse: (async () => ({})) as never,
    }
    const { send, lines } = service(endpoint, generator)
    expect(answer(await send(event('/image'))).status).toBe('500')
    expect(lines[0]?.error).toContain('parse is async')
  })

  it('may request many objects at once without a warning in the log', async () => {
    const { endpoint } = await localStore()
    const warnings: Error[] = []
    const listen = (warning: Error) => warnings.push(warning)
    process.on('warning', listen)
    const generator = generatorOf(async (_, { store }) => {
      await Promise.all(Array.from({ length: 30 }, async (__, index) => store.get(`k${index}`)))
      return { body: 'x', contentType: 'text/plain' }
    })
    await service(endpoint, generator).send(event('/image'))
    process.off('warning', listen)
    expect(warnings).toEqual([])
  })

  it('that asks for an unknown asset gets the list of assets', async () => {
    const { endpoint } = await localStore()
    const generator = generatorOf(async (_, { asset }) => ({
      body: await asset('logo.png'),
      contentType: 'image/png',
    }))
    const { send, lines } = service(endpoint, generator)
    expect(answer(await send(event('/image'))).status).toBe('500')
    expect(lines[0]?.error).toContain('There is no asset "logo.png"')
  })
})
