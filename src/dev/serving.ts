import type { Edge } from '../local/cloudfront/edge.js'
import { isLoopback } from '../local/cloudfront/viewer/listen.js'
import { startViewerServer, type ViewerServerOptions } from '../local/cloudfront/viewer/server.js'
import type { FunctionStore } from '../local/lambda/function-store.js'
import type { FunctionRunner } from '../local/lambda/runner.js'
import { createPage, type Page, type PageOptions } from './page/page.js'

export type Address = Pick<ViewerServerOptions, 'host' | 'port' | 'onServed'>

/**
 * The page, which other names than this machine's may ask only if the server listens to more than this
 * machine.
 */
export function pageAt({ host }: Pick<Address, 'host'>, options: Omit<PageOptions, 'anyHost'>): Page {
  return createPage({ ...options, anyHost: !isLoopback(host) })
}

interface Served extends Address {
  edge: Edge
  page: Page
  /** The function that runs at the time. */
  runner: () => FunctionRunner
  store: FunctionStore
}

export interface Serving {
  port: number
  /** Responds to requests under way, if that takes only a moment, and stops everything. */
  close(): Promise<void>
}

/** Serves the edge and the page to viewers. @throws GenatoError PORT_IN_USE, PORT_REFUSED, BAD_HOST */
export async function startServing({
  edge,
  page,
  runner,
  store,
  host,
  port,
  onServed,
}: Served): Promise<Serving> {
  const viewer = await startViewerServer({
    edge,
    page,
    host,
    port,
    onServed(served) {
      page.served(served)
      onServed(served)
    },
  })
  return {
    port: viewer.port,
    /** From the viewer's side inwards, so that the last requests still have all that they need. */
    async close() {
      store.ending()
      await page.close()
      await viewer.close()
      await runner().stop()
      await store.close()
    },
  }
}
