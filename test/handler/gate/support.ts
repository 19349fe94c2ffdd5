import { gateCode, type GateMount } from '../../../src/package/gate.js'
import { openViewerFunction } from '../../../src/local/cloudfront/viewer-function/sandbox.js'

export const GENERATION = '0123456789ab'
export const SIDE = 4096
/** 32 bytes each, base64url. */
export const CURRENT = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'
export const PREVIOUS = 'Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA'

export function gateMount(name: string, rest: Partial<GateMount> = {}): GateMount {
  return { name, generation: GENERATION, allow: 'any', asIs: true, limits: { side: SIDE }, ...rest }
}

/** `photos` takes everything. */
export const MOUNTS: readonly GateMount[] = [
  gateMount('photos'),
  gateMount('hidden', { asIs: false }),
  gateMount('signed', { allow: 'signed' }),
  gateMount('other', { allow: 'signed' }),
  gateMount('listed', { allow: ['400x300_webp', '800x_auto'] }),
]

export interface GateResult {
  /** The request's, if it goes on. */
  uri?: string
  status?: number
  code?: string
  body?: string
  headers?: Record<string, { value: string }>
}

export type Gate = (uri: string, rest?: object) => Promise<GateResult>

export async function openGate(code?: string): Promise<Gate> {
  const fn = openViewerFunction(code ?? (await gateCode({ mounts: MOUNTS, keys: [CURRENT, PREVIOUS] })))
  return async (uri, rest) => readResult(await fn(gateEvent(uri, rest)))
}

export function gateEvent(uri: string, rest: object = {}): object {
  return {
    version: '1.0',
    context: { eventType: 'viewer-request' },
    viewer: { ip: '192.0.2.1' },
    request: { method: 'GET', uri, querystring: {}, headers: {}, cookies: {}, ...rest },
  }
}

export function readResult(value: unknown): GateResult {
  const result = value as { uri?: string; statusCode?: number; body?: string; headers: never }
  if (result.uri !== undefined) return { uri: result.uri }
  const { statusCode, body = '', headers } = result
  return { status: statusCode!, code: body.split(':', 1)[0]!, body, headers }
}
