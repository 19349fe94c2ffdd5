import type { FunctionRunner } from '../function/runner.js'
import type { FunctionStore } from '../origin/function-store.js'
import type { Page } from '../page/page.js'
import type { ViewerServer } from '../viewer/server.js'

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
