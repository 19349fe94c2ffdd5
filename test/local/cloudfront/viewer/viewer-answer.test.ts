import { describe, expect, it } from 'vitest'
import { forViewer } from '../../../../src/local/cloudfront/viewer/viewer-answer.js'

const BODY = Buffer.from('0123456789'.repeat(10))
const OBJECT = {
  status: 200,
  headers: { 'content-type': 'text/plain', etag: '"abc"', 'cache-control': 'max-age=60', date: 'today' },
  body: BODY,
}

describe('a viewer', () => {
  it('gets all of it', () => {
    const sent = forViewer('GET', {}, OBJECT, 'many')
    expect(sent).toEqual({ ...OBJECT, headers: { ...OBJECT.headers, 'content-length': '100' } })
  })

  it('gets 304 with the headers for caches, and without those of a body', () => {
    for (const method of ['GET', 'HEAD'])
      expect(forViewer(method, { 'if-none-match': '"abc"' }, OBJECT, 'many')).toEqual({
        status: 304,
        headers: { etag: '"abc"', 'cache-control': 'max-age=60', date: 'today' },
        body: Buffer.alloc(0),
      })
  })

  it('gets one part', () => {
    const sent = forViewer('GET', { range: 'bytes=5-14' }, OBJECT, 'one')
    expect(sent).toMatchObject({
      status: 206,
      headers: {
        'content-range': 'bytes 5-14/100',
        'content-length': '10',
        'content-type': 'text/plain',
        etag: '"abc"',
      },
    })
    expect(sent.body.toString()).toBe('5678901234')
  })

  it('gets several ranges as multipart/byteranges from the cache, and the whole object from S3', () => {
    const sent = forViewer('GET', { range: 'bytes=0-1,98-' }, OBJECT, 'many')
    const boundary = /^multipart\/byteranges; boundary=(.+)$/.exec(sent.headers['content-type'] ?? '')?.[1]
    expect(sent.status).toBe(206)
    expect(sent.headers).not.toHaveProperty('content-range')
    expect(sent.headers['content-length']).toBe(String(sent.body.length))
    const parts = sent.body.toString().split(`\r\n--${boundary}`)
    expect(parts).toEqual([
      '',
      '\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/100\r\n\r\n01',
      '\r\nContent-Type: text/plain\r\nContent-Range: bytes 98-99/100\r\n\r\n89',
      '--\r\n',
    ])
    expect(forViewer('GET', { range: 'bytes=0-1,98-' }, OBJECT, 'one').status).toBe(200)
  })

  it('gets 416 for a range beyond the end', () => {
    expect(forViewer('GET', { range: 'bytes=100-' }, OBJECT, 'many')).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */100', 'content-length': '0', date: 'today' },
      body: Buffer.alloc(0),
    })
  })

  it('gets the whole body if If-Range names another object', () => {
    expect(forViewer('GET', { range: 'bytes=0-1', 'if-range': '"x"' }, OBJECT, 'many').status).toBe(200)
    expect(forViewer('GET', { range: 'bytes=0-1', 'if-range': '"abc"' }, OBJECT, 'many').status).toBe(206)
  })

  it('gets the whole body of a response that the function generated', () => {
    expect(forViewer('GET', { range: 'bytes=0-1' }, OBJECT, 'none').status).toBe(200)
  })

  it('gets the body’s length for HEAD, even if only the bucket knows it', () => {
    expect(forViewer('HEAD', { range: 'bytes=0-1' }, OBJECT, 'many')).toMatchObject({
      status: 200,
      headers: { 'content-length': '100' },
      body: Buffer.alloc(0),
    })
    const head = { ...OBJECT, headers: { ...OBJECT.headers, 'content-length': '7' }, body: Buffer.alloc(0) }
    expect(forViewer('HEAD', {}, head, 'many').headers['content-length']).toBe('7')
  })

  it('gets no length for a HEAD that the function responded to: nobody knows it', () => {
    const sent = forViewer('HEAD', {}, { status: 400, headers: {}, body: Buffer.alloc(0) }, 'none')
    expect(sent.headers).not.toHaveProperty('content-length')
  })

  it('gets the whole error, whatever it asks for', () => {
    const error = { status: 404, headers: { etag: '"abc"' }, body: Buffer.from('no') }
    const sent = forViewer('GET', { range: 'bytes=0-0', 'if-none-match': '"abc"' }, error, 'many')
    expect(sent).toMatchObject({ status: 404, headers: { 'content-length': '2' } })
  })
})
