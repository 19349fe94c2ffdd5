import { writeFileSync } from 'node:fs'
import path from 'node:path'
import aws4 from 'aws4'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeAnswers, readAnswers, type Answers } from '../../../src/local/rekognition/answers.js'
import { startRekognition, type RekognitionOptions } from '../../../src/local/rekognition/server.js'
import { CREDENTIALS } from '../../support/edge.js'
import { photograph } from '../../support/photographs.js'
import { tempFolder } from '../../support/project.js'

const TOKEN = { ...CREDENTIALS, sessionToken: 'token' }
const NOTHING: Answers = await readAnswers(undefined)
const CAT = photograph('cat')
const [WEBP, NARROW, WIDE] = await Promise.all([
  picture(100, 100, 'webp'),
  picture(79, 200),
  picture(10_001, 80),
])
const LABEL = { name: 'Weapons', parent: 'Violence', confidence: 90 }

async function start(change: Partial<RekognitionOptions> = {}) {
  const server = await startRekognition({
    credentials: TOKEN,
    answers: async () => NOTHING,
    original: async () => undefined,
    ...change,
  })
  onTestFinished(async () => server.close())
  return server.endpoint
}

interface Asked {
  operation?: string
  body?: string
  credentials?: typeof TOKEN | typeof CREDENTIALS
  service?: string
  region?: string
  path?: string
  /** Sent in place of the body that was signed. */
  sent?: string
}

async function ask(endpoint: string, asked: Asked = {}): Promise<{ status: number; answer: unknown }> {
  const body = asked.body ?? image(CAT)
  const { headers } = aws4.sign(
    {
      service: asked.service ?? 'rekognition',
      region: asked.region ?? 'us-east-1',
      host: new URL(endpoint).host,
      method: 'POST',
      path: asked.path ?? '/',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': `RekognitionService.${asked.operation ?? 'DetectModerationLabels'}`,
      },
      body,
    },
    asked.credentials ?? TOKEN,
  )
  const { Host: _host, 'Content-Length': _length, ...sent } = headers as Record<string, string>
  const response = await fetch(`${endpoint}${asked.path ?? '/'}`, {
    method: 'POST',
    headers: sent,
    body: asked.sent ?? body,
  })
  return { status: response.status, answer: await response.json() }
}

function image(bytes: Buffer, parameters: object = {}): string {
  return JSON.stringify({ Image: { Bytes: bytes.toString('base64') }, ...parameters })
}

async function picture(
  width: number,
  height: number,
  format: 'jpeg' | 'png' | 'webp' = 'png',
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#407090' } })
    .toFormat(format)
    .toBuffer()
}

describe('the local Rekognition', () => {
  it('finds nothing without a file, and says so', async () => {
    const endpoint = await start()
    expect(await ask(endpoint)).toEqual({
      status: 200,
      answer: { ModerationLabels: [], ModerationModelVersion: 'local' },
    })
    expect(await ask(endpoint, { operation: 'DetectFaces' })).toEqual({
      status: 200,
      answer: { FaceDetails: [] },
    })
    expect(describeAnswers(NOTHING)).toBe(
      'The local Rekognition looks at nothing: it finds no labels and no faces in any picture.',
    )
  })

  it.each<[string, Asked, number, string]>([
    [
      'a wrong secret',
      { credentials: { ...TOKEN, secretAccessKey: 'other' } },
      400,
      'InvalidSignatureException',
    ],
    ['another key', { credentials: { ...TOKEN, accessKeyId: 'OTHER' } }, 400, 'UnrecognizedClientException'],
    ['no session token', { credentials: CREDENTIALS }, 400, 'UnrecognizedClientException'],
    [
      'another body than the signed one',
      { sent: image(photograph('astronaut')) },
      400,
      'InvalidSignatureException',
    ],
    ['the signature of another service', { service: 'sqs' }, 400, 'IncompleteSignature'],
    ['another region', { region: 'us-east-2' }, 400, 'IncompleteSignature'],
    ['an operation that it does not have', { operation: 'DetectText' }, 400, 'UnknownOperationException'],
    ['another path', { path: '/faces' }, 400, 'UnknownOperationException'],
    ['an operation that the role may not call', { operation: 'DetectFaces' }, 400, 'AccessDeniedException'],
    ['a body that is not JSON', { body: 'Image' }, 400, 'SerializationException'],
    ['no image', { body: '{}' }, 400, 'InvalidParameterException'],
    [
      'an image in S3',
      { body: '{"Image":{"S3Object":{"Bucket":"a","Name":"b"}}}' },
      400,
      'InvalidParameterException',
    ],
    ['what is no image', { body: image(Buffer.from('Hello')) }, 400, 'InvalidImageFormatException'],
    ['a WebP', { body: image(WEBP) }, 400, 'InvalidImageFormatException'],
    ['79 pixels', { body: image(NARROW) }, 400, 'InvalidParameterException'],
    ['10,001 pixels', { body: image(WIDE) }, 400, 'ImageTooLargeException'],
    ['more than 5 MiB', { body: image(Buffer.alloc(5 * 1024 * 1024 + 1)) }, 400, 'ImageTooLargeException'],
    ['more than 8 MiB of body', { body: image(Buffer.alloc(7 * 1024 * 1024)) }, 413, 'RequestEntityTooLarge'],
    [
      'a MinConfidence of 101',
      { body: image(CAT, { MinConfidence: 101 }) },
      400,
      'InvalidParameterException',
    ],
    [
      'a MinConfidence of "75"',
      { body: image(CAT, { MinConfidence: '75' }) },
      400,
      'InvalidParameterException',
    ],
  ])('refuses %s', async (_, asked, status, code) => {
    const allowed = new Set(['DetectModerationLabels'] as const)
    const endpoint = await start({ region: 'us-east-1', allowed })
    expect(await ask(endpoint, asked)).toMatchObject({ status, answer: { __type: code } })
  })

  it('refuses a request without a signature, and one that is too old', async () => {
    const endpoint = await start({ now: () => new Date(Date.now() + 16 * 60_000) })
    expect(await ask(endpoint)).toMatchObject({
      status: 400,
      answer: { __type: 'InvalidSignatureException' },
    })
    const unsigned = await fetch(endpoint, { method: 'POST', body: image(CAT) })
    expect(await unsigned.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' })
  })

  it('takes pictures just within the limits', async () => {
    const endpoint = await start()
    for (const body of [image(await picture(80, 80)), image(await picture(10_000, 80), { MinConfidence: 0 })])
      expect(await ask(endpoint, { body })).toMatchObject({ status: 200 })
  })

  it('reports its own failures, and tells nothing about them', async () => {
    const seen: unknown[] = []
    const failure = new Error('secret')
    const endpoint = await start({
      answers: async () => Promise.reject(failure),
      onError: (error) => seen.push(error),
    })
    const { status, answer } = await ask(endpoint)
    expect(status).toBe(500)
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(seen).toEqual([failure])
  })
})

describe('its file of answers', () => {
  function file(content: string): string {
    const name = path.join(tempFolder(), 'rekognition.json')
    writeFileSync(name, content)
    return name
  }

  it('says what is found in which original, at whatever size and in whatever format it is sent', async () => {
    const answers = await readAnswers(
      file(
        JSON.stringify({ 'photos/cat.jpg': { labels: [LABEL] }, default: { labels: [{ name: 'Alcohol' }] } }),
      ),
    )
    const originals: Record<string, Buffer> = { 'photos/cat.jpg': CAT }
    const endpoint = await start({ answers: async () => answers, original: async (name) => originals[name] })
    const found = async (bytes: Buffer) => (await ask(endpoint, { body: image(bytes) })).answer
    const cat = { ModerationLabels: [{ Name: 'Weapons', ParentName: 'Violence', Confidence: 90 }] }
    const other = { ModerationLabels: [{ Name: 'Alcohol', ParentName: '', Confidence: 99 }] }
    expect(await found(CAT)).toMatchObject(cat)
    expect(await found(await sharp(CAT).resize(120).png().toBuffer())).toMatchObject(cat)
    expect(await found(await sharp(CAT).resize(1920).jpeg({ quality: 60 }).toBuffer())).toMatchObject(cat)
    expect(await found(await sharp(CAT).rotate(90).png().toBuffer())).toMatchObject(other)
    expect(await found(photograph('astronaut'))).toMatchObject(other)
    expect(describeAnswers(answers)).toMatch(/for 1 original, and finds what "default" says in others\.$/)
  })

  it('leaves out labels below MinConfidence, which is 50 if it is not sent', async () => {
    const answers = await readAnswers(
      file(
        JSON.stringify({
          default: {
            labels: [
              { ...LABEL, confidence: 49 },
              { ...LABEL, name: 'Guns', confidence: 50 },
            ],
          },
        }),
      ),
    )
    const endpoint = await start({ answers: async () => answers })
    expect((await ask(endpoint)).answer).toMatchObject({ ModerationLabels: [{ Name: 'Guns' }] })
    const all = await ask(endpoint, { body: image(CAT, { MinConfidence: 49 }) })
    expect(all.answer).toMatchObject({ ModerationLabels: [{ Name: 'Weapons' }, { Name: 'Guns' }] })
  })

  it('may name originals that are gone or broken', async () => {
    const answers = await readAnswers(
      file('{ "photos/gone.jpg": {}, "photos/broken.jpg": { "labels": [{ "name": "A" }] } }'),
    )
    const endpoint = await start({
      answers: async () => answers,
      original: async (name) => (name === 'photos/broken.jpg' ? Buffer.from('Hello') : undefined),
    })
    expect((await ask(endpoint)).answer).toMatchObject({ ModerationLabels: [] })
  })

  it.each([
    ['no JSON', '{', /JSON/],
    ['a list', '[]', /it is a list/],
    ['a misspelt field', '{ "photos/a.jpg": { "label": [] } }', /label/],
    ['a label without a name', '{ "photos/a.jpg": { "labels": [{}] } }', /photos\/a\.jpg\.labels\.0\.name/],
    [
      'a confidence above 100',
      '{ "default": { "labels": [{ "name": "A", "confidence": 101 }] } }',
      /confidence/,
    ],
    [
      'a box in pixels',
      '{ "default": { "faces": [{ "left": 100, "top": 0, "width": 1, "height": 1 }] } }',
      /left/,
    ],
  ])('is refused with %s', async (_, content, message) => {
    const reading = readAnswers(file(content))
    await expect(reading).rejects.toMatchObject({ code: 'BAD_ANSWERS' })
    await expect(reading).rejects.toThrow(message)
  })
})
