import { requestLine, type RequestLine } from '../../../handler/shared/log.js'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createPage, type Page, type PageOptions } from '../../../src/dev/page/page.js'
import type { Served } from '../../../src/local/cloudfront/viewer/served.js'

export const ABOUT = {
  generator: 'built in',
  builtin: true,
  examples: ['/640x480,white,png'],
  text: 'Hello',
  mounts: [],
}

export interface Serving {
  page: Page
  url: string
}

/** Serves the page alone. The server answers 418 to anything that is not the page's. */
export async function servePage(options: Partial<PageOptions> = {}): Promise<Serving> {
  const page = createPage({
    about: () => ABOUT,
    explain: async (path) => ({ kind: 'file', key: path.slice(1) }),
    pictures: () => undefined,
    images: undefined,
    notes: undefined,
    anyHost: false,
    ...options,
  })
  const server = http.createServer((incoming, outgoing) => {
    if (!page.handle(incoming, outgoing)) outgoing.writeHead(418).end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    await page.close()
    server.closeAllConnections()
    server.close()
  })
  return { page, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A request that was served with a stored image. */
export function served(id: string, more: Partial<Served> = {}): Served {
  return {
    id,
    method: 'GET',
    uri: `/${id}`,
    status: 200,
    cacheResult: 'Miss',
    contentType: 'image/png',
    bytes: 100,
    ms: 12,
    ...more,
  }
}

/** The function's log line about a request. */
export function lineOf(
  requestId: string,
  outcome: RequestLine['outcome'] = 'made',
  more: Partial<RequestLine> = {},
): string {
  const ms = { total: 10, lookup: 2, render: 5, store: 3 }
  return requestLine({ requestId, path: `/${requestId}`, outcome, status: 200, ms, bytes: 100, ...more })
}

export interface Told {
  event: string
  data: Record<string, unknown> & unknown[]
}

/** Follows the event stream. */
export async function listen(url: string) {
  const aborting = new AbortController()
  onTestFinished(() => aborting.abort())
  const response = await fetch(`${url}/?events`, { signal: aborting.signal })
  const told: Told[] = []
  let ended = false
  const read = async () => {
    let rest = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      rest += chunk
      const messages = rest.split('\n\n')
      rest = messages.pop() ?? ''
      for (const message of messages) {
        const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(message) ?? []
        if (event !== '') told.push({ event, data: JSON.parse(data) as Told['data'] })
      }
    }
  }
  void read()
    .catch(() => undefined)
    .finally(() => (ended = true))
  return {
    status: response.status,
    told,
    ended: () => ended,
    /** @throws after 5 s without such an event. */
    async until(event: string, nth = 1): Promise<Told['data']> {
      for (const end = Date.now() + 5_000; Date.now() < end;) {
        const found = told.filter((one) => one.event === event)[nth - 1]
        if (found) return found.data
        await new Promise((resolve) => {
          setTimeout(resolve, 10)
        })
      }
      throw new Error(`No ${event} in ${JSON.stringify(told)}`)
    },
  }
}
