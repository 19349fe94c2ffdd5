import type { FunctionRunner } from '../local/lambda/runner.js'
import type { FunctionStore } from '../local/lambda/function-store.js'
import type { Page } from './page/page.js'
import type { ViewerServer } from '../local/cloudfront/viewer/server.js'

interface Served {
  page: Pick<Page, 'close'>
  viewer: ViewerServer
  runner: FunctionRunner
  store: FunctionStore
}

/** Ends what serves, from the viewer's side inwards: what is still answered has all that it needs. */
export async function endServing({ page, viewer, runner, store }: Served): Promise<void> {
  store.ending()
  await page.close()
  await viewer.close()
  await runner.stop()
  await store.close()
}
