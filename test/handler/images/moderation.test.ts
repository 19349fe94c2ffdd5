import { createServer } from 'node:http'
import { once } from 'node:events'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { verdict, type Label } from '../../../handler/images/moderation.js'
import { moderationLabels, rekognitionFaces } from '../../../handler/images/rekognition.js'
import { frameForRekognition } from '../../../handler/images/rekognition-frame.js'
import type { Moderation } from '../../../handler/shared/pictures/mount.js'
import { NO_FINDINGS, type Findings } from '../../../src/local/rekognition/answers.js'
import { startRekognition } from '../../../src/local/rekognition/server.js'
import { CREDENTIALS } from '../../support/edge.js'
import { photograph, pictureOf } from '../../support/photographs.js'

const ENV = {
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_REGION: 'eu-west-1',
}

/** The local Rekognition, which finds this in the named pictures, and nothing in others. */
async function rekognition(known: Record<string, { bytes: Buffer; findings: Partial<Findings> }>) {
  const originals = new Map(
    Object.entries(known).map(([name, { findings }]) => [name, { ...NO_FINDINGS, ...findings }]),
  )
  const server = await startRekognition({
    credentials: CREDENTIALS,
    region: 'eu-west-1',
    answers: async () => ({ file: 'answers.json', otherwise: NO_FINDINGS, originals }),
    original: async (name) => known[name]?.bytes,
  })
  onTestFinished(async () => server.close())
  return { ...ENV, AWS_ENDPOINT_URL_REKOGNITION: server.endpoint }
}

type Scripted = { status: number; body: string } | 'hang up'

/** A service that gives these answers one after the other. */
async function scripted(...answers: Scripted[]) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'))
      const answer = answers[bodies.length - 1]
      if (answer === undefined || answer === 'hang up') request.socket.destroy()
      else response.writeHead(answer.status).end(answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address() as { port: number }
  return { env: { ...ENV, AWS_ENDPOINT_URL_REKOGNITION: `http://127.0.0.1:${address.port}` }, bodies }
}

const LABELS: Label[] = [
  { name: 'Weapons', parent: 'Violence', confidence: 91 },
  { name: 'Violence', parent: '', confidence: 91 },
]

describe('the verdict', () => {
  const moderation: Moderation = { minConfidence: 75, labels: [], action: 'refuse' }
  it.each<[string, readonly Label[], Partial<Moderation>, string]>([
    ['no labels', [], {}, 'clear'],
    ['any label', LABELS, {}, 'refuse'],
    ['any label', LABELS, { action: 'blur' }, 'blur'],
    ['labels below the least confidence', LABELS, { minConfidence: 92 }, 'clear'],
    ['labels of just the least confidence', LABELS, { minConfidence: 91 }, 'refuse'],
    ['a label by its name', LABELS, { labels: ['Weapons'] }, 'refuse'],
    ["a label by its parent's name", [LABELS[0] as Label], { labels: ['Violence'] }, 'refuse'],
    ['a label in another case', LABELS, { labels: [' weapons'] }, 'refuse'],
    ['other labels', LABELS, { labels: ['Alcohol'] }, 'clear'],
    ['a part of a name, or an empty one', LABELS, { labels: ['Weapon', 'Viol', ''] }, 'clear'],
  ])('on %s is right', (_, labels, change, expected) => {
    expect(verdict(labels, { ...moderation, ...change })).toBe(expected)
  })

  it('never gets milder by a further label', () => {
    const label = fc.record({
      name: fc.constantFrom('A', 'B', 'C'),
      parent: fc.constantFrom('', 'A', 'B'),
      confidence: fc.integer({ min: 0, max: 100 }),
    })
    const some = fc.record({
      minConfidence: fc.integer({ min: 0, max: 100 }),
      labels: fc.subarray(['A', 'B', 'C']),
      action: fc.constantFrom('blur' as const, 'refuse' as const),
    })
    fc.assert(
      fc.property(fc.array(label), label, some, (labels, further, policy) => {
        if (verdict(labels, policy) !== 'clear')
          expect(verdict([...labels, further], policy)).toBe(policy.action)
      }),
    )
  })
})

describe('moderation by Rekognition', () => {
  it('gives the labels of a picture, and none of those below the least confidence', async () => {
    const bytes = photograph('cat')
    const env = await rekognition({ 'photos/cat.jpg': { bytes, findings: { labels: LABELS } } })
    expect(await moderationLabels(await pictureOf(bytes), env, 75)).toEqual(LABELS)
    expect(await moderationLabels(await pictureOf(bytes), env, 95)).toEqual([])
    expect(await moderationLabels(await pictureOf(photograph('astronaut')), env, 75)).toEqual([])
  })

  it.each([0, 2, 4])('looks at frame %i of an animation of five', async (shown) => {
    const side = 200
    const cat = await sharp(photograph('cat')).resize(side, side, { fit: 'cover' }).png().toBuffer()
    const her = await sharp(photograph('astronaut')).resize(side, side).png().toBuffer()
    const frames = [0, 1, 2, 3, 4].map((index) => (index === shown ? cat : her))
    const animation = await sharp(frames, { join: { animated: true } })
      .webp({ quality: 90 })
      .toBuffer()
    const env = await rekognition({ 'photos/cat.jpg': { bytes: cat, findings: { labels: LABELS } } })
    expect(await moderationLabels(await pictureOf(animation), env, 75)).toEqual(LABELS)
  })

  it.each(['white', 'black'])('looks at a %s figure on a transparent ground', async (ink) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><circle cx="70" cy="90" r="50" fill="${ink}"/></svg>`
    const figure = await sharp(Buffer.from(svg)).png().toBuffer()
    const seen = await sharp(figure)
      .flatten({ background: ink === 'white' ? 'black' : 'white' })
      .png()
      .toBuffer()
    const env = await rekognition({ 'photos/seen.png': { bytes: seen, findings: { labels: LABELS } } })
    expect(await moderationLabels(await pictureOf(figure), env, 75)).toEqual(LABELS)
  })

  it('sends a picture once whose alpha channel is opaque', async () => {
    const bytes = await sharp(photograph('cat')).ensureAlpha().png().toBuffer()
    const { env, bodies } = await scripted({ status: 200, body: '{"ModerationLabels":[]}' })
    expect(await moderationLabels(await pictureOf(bytes), env, 75)).toEqual([])
    expect(bodies).toHaveLength(1)
  })

  it('pads a picture that is too small for Rekognition, and finds the faces where they are', async () => {
    const bytes = await sharp(photograph('astronaut')).resize(40, 60, { fit: 'fill' }).png().toBuffer()
    const { jpeg, share } = await frameForRekognition(await pictureOf(bytes), 0)
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 80, height: 80 })
    expect(share).toEqual({ width: 0.5, height: 0.75 })
    const face = { left: 0.1, top: 0.15, width: 0.2, height: 0.3, confidence: 99 }
    const env = await rekognition({ 'photos/small.png': { bytes, findings: { faces: [face] } } })
    const [found] = await rekognitionFaces(await pictureOf(bytes), env)
    for (const [side, value] of Object.entries({
      left: 0.2,
      top: 0.2,
      width: 0.4,
      height: 0.4,
      confidence: 0.99,
    }))
      expect(found).toHaveProperty(side, expect.closeTo(value, 9))
  })

  it('sends no more than Rekognition takes, even of noise', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 90 } as const
    const bytes = await sharp({
      create: { width: 2400, height: 2400, channels: 3, background: '#888', noise },
    })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const { jpeg } = await frameForRekognition(await pictureOf(bytes), 0)
    expect(jpeg.length).toBeLessThanOrEqual(5 * 1024 * 1024)
    expect(await sharp(jpeg).metadata()).toMatchObject({ width: 1920, height: 1920 })
  })
})

describe("Rekognition's faces", () => {
  it('are those of enough confidence, within the picture, largest first', async () => {
    const bytes = photograph('astronaut')
    const faces = [
      { left: 0.1, top: 0.1, width: 0.1, height: 0.1, confidence: 99 },
      { left: 0.5, top: 0.5, width: 0.3, height: 0.3, confidence: 79 },
      { left: 0.8, top: 0.2, width: 0.4, height: 0.4, confidence: 90 },
    ]
    const env = await rekognition({ 'photos/her.jpg': { bytes, findings: { faces } } })
    const found = await rekognitionFaces(await pictureOf(bytes), env)
    expect(found.map(({ confidence }) => confidence)).toEqual([0.9, 0.99])
    expect(found[0]).toMatchObject({
      left: 0.8,
      width: expect.closeTo(0.2, 9) as number,
      height: expect.closeTo(0.4, 9) as number,
    })
  })
})

describe('a Rekognition that fails', () => {
  const none = { status: 200, body: '{"ModerationLabels":[]}' }
  const error = (status: number, code: string, message = 'No.') => ({
    status,
    body: JSON.stringify({ __type: `com.amazonaws.rekognition#${code}`, Message: message }),
  })
  const ask = async (env: object) => moderationLabels(await pictureOf(photograph('cat')), env, 75)

  it.each<[string, Scripted]>([
    ['throttles', error(400, 'ThrottlingException')],
    ['has no throughput left', error(400, 'ProvisionedThroughputExceededException')],
    ['fails inside', error(500, 'InternalServerError')],
    ['is not there for a moment', { status: 503, body: '<html>' }],
    ['hangs up', 'hang up'],
  ])('is asked once more when it %s', async (_, first) => {
    const { env, bodies } = await scripted(first, none)
    expect(await ask(env)).toEqual([])
    expect(bodies).toHaveLength(2)
    expect(bodies[1]).toBe(bodies[0])
  })

  it.each<[string, Scripted[], RegExp, number]>([
    [
      'throttles twice',
      [error(400, 'ThrottlingException'), error(400, 'ThrottlingException')],
      /400 ThrottlingException \(No\.\)/,
      2,
    ],
    ['hangs up twice', ['hang up', 'hang up'], /fetch failed/, 2],
    [
      'allows nothing',
      [error(400, 'AccessDeniedException')],
      /role must allow rekognition:DetectModerationLabels/,
      1,
    ],
    ['answers no JSON', [{ status: 200, body: 'OK' }], /has undefined for an object/, 1],
    ['answers without labels', [{ status: 200, body: '{}' }], /has no ModerationLabels/, 1],
    [
      'answers a label without a confidence',
      [{ status: 200, body: '{"ModerationLabels":[{"Name":"A"}]}' }],
      /undefined for a number/,
      1,
    ],
    ['redirects', [{ status: 307, body: '' }], /answered DetectModerationLabels with 307/, 1],
  ])('clears no picture when it %s', async (_, answers, message, asked) => {
    const { env, bodies } = await scripted(...answers)
    await expect(ask(env)).rejects.toThrow(message)
    expect(bodies).toHaveLength(asked)
  })

  it.each(['InvalidImageFormatException', 'ImageTooLargeException'])(
    'blames the picture for %s',
    async (code) => {
      const { env, bodies } = await scripted(error(400, code))
      await expect(ask(env)).rejects.toMatchObject({ status: 415, code: 'BROKEN' })
      expect(bodies).toHaveLength(1)
    },
  )

  it('is told the least confidence', async () => {
    const { env, bodies } = await scripted(none)
    await ask(env)
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ MinConfidence: 75 })
  })
})
