import aws4 from 'aws4'
import { readCredentials, type Environment } from '../shared/s3/store.js'
import { Refusal } from './types.js'

export type RekognitionEnvironment = Environment & {
  AWS_REGION?: string
  AWS_ENDPOINT_URL_REKOGNITION?: string
}

export type Operation = 'DetectFaces' | 'DetectModerationLabels'

const ATTEMPTS = 2
/** Milliseconds. Rekognition takes 200 to 800. */
const PATIENCE = 5_000
/** Milliseconds between two attempts, at most. */
const PAUSE = 300

/** Errors that may pass. Source: "Errors" of both operations in the Amazon Rekognition API reference. */
const PASSING = new Set([
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
])
/** The picture's fault, although it was decoded here. */
const UNREADABLE = new Set(['ImageTooLargeException', 'InvalidImageFormatException'])

/**
 * Calls Rekognition, and calls once more after an error that may pass. Lambda freezes the process between two events,
 * so a kept connection may be dead: that is such an error as well.
 * @param env Lambda's reserved variables, read at each call.
 * @param parameters of the operation, besides the image.
 * @throws {Refusal} 415 if Rekognition can't read the picture.
 */
export async function callRekognition(
  env: RekognitionEnvironment,
  operation: Operation,
  jpeg: Buffer,
  parameters: object = {},
): Promise<unknown> {
  const body = JSON.stringify({ Image: { Bytes: jpeg.toString('base64') }, ...parameters })
  for (let attempt = 1; ; attempt++) {
    const last = attempt >= ATTEMPTS
    try {
      const { status, answer } = await send(env, operation, body)
      if (status === 200) return answer
      const code = codeOf(answer)
      if (UNREADABLE.has(code))
        throw new Refusal(415, 'BROKEN', `Rekognition can't read the picture (${code}).`)
      if (last || !(status >= 500 || PASSING.has(code))) throw refused(operation, status, code, answer)
    } catch (error) {
      if (last || error instanceof Refusal || error instanceof Refused) throw error
    }
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE * (0.5 + Math.random() / 2))
    })
  }
}

async function send(
  env: RekognitionEnvironment,
  operation: Operation,
  body: string,
): Promise<{ status: number; answer: unknown }> {
  const region = env.AWS_REGION ?? 'us-east-1'
  const endpoint = new URL(
    env.AWS_ENDPOINT_URL_REKOGNITION ??
      env.AWS_ENDPOINT_URL ??
      `https://rekognition.${region}.amazonaws.com/`,
  )
  const signed = aws4.sign(
    {
      service: 'rekognition',
      region,
      host: endpoint.host,
      method: 'POST',
      path: '/',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': `RekognitionService.${operation}`,
      },
      body,
    },
    readCredentials(env),
  )
  // fetch writes these two itself, from the same URL and body.
  const { Host: _host, 'Content-Length': _length, ...headers } = signed.headers as Record<string, string>
  const response = await fetch(new URL('/', endpoint), {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE),
  })
  const text = await response.text()
  return { status: response.status, answer: parse(text) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** `__type` may have a namespace: `com.amazonaws.rekognition#ThrottlingException`. */
function codeOf(answer: unknown): string {
  const type = field(answer, '__type')
  return type.slice(type.lastIndexOf('#') + 1)
}

function field(answer: unknown, name: string): string {
  const value = (answer as Readonly<Record<string, unknown>> | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}

/** Rekognition gave an answer, and trying again would not change it. */
class Refused extends Error {
  override readonly name = 'Refused'
}

function refused(operation: Operation, status: number, code: string, answer: unknown): Refused {
  const message = (field(answer, 'Message') || field(answer, 'message')).slice(0, 500)
  const asked =
    code === 'AccessDeniedException' ? ` The function's role must allow rekognition:${operation}.` : ''
  return new Refused(
    `Rekognition answered ${operation} with ${status}${code ? ` ${code}` : ''}${message ? ` (${message})` : ''}.${asked}`,
  )
}
