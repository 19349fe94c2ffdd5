import type http from 'node:http'
import { randomUUID } from 'node:crypto'
import type { ObjectFolder } from '../../objects/folder.js'
import type { Served } from '../../local/cloudfront/viewer/served.js'
import { readTarget } from '../../local/cloudfront/viewer/request-path.js'
import { messageOf } from '../../lib/errors.js'
import { userStack } from '../../lib/user-stack.js'
import { headersOf, isForeign, send, sendJson, sendStored, sendText } from './answers.js'
import { readDocument, type PageDocument } from './document.js'
import { createGallery } from './gallery.js'
import type {
  About,
  Explained,
  MountAbout,
  OriginalsChanged,
  Rebuilt,
  RequestEntry,
  State,
} from './messages.js'
import { openNotes } from './notes.js'
import { listOriginals, type PagePictures } from './originals.js'
import { rememberRequests, type Remembered } from './requests.js'
import { signForPage } from './signing.js'
import { createStreams } from './streams.js'

export interface PageOptions {
  /** Describes the package that is running, without the mounts. */
  about: () => Omit<About, 'mounts'>
  /** The mounts that are served, if there are any. */
  pictures: () => PagePictures | undefined
  /** @returns an Explanation of handler/shared/explanation.ts. @throws an Error with a message. */
  explain: (path: string) => Promise<unknown>
  /** The folder of stored images, if they are stored on this machine. */
  images: Pick<ObjectFolder, 'list' | 'get'> | undefined
  /** A folder for the page's notes between runs, such as the URL that an object was requested by. */
  notes: string | undefined
  /** Whether requests may use any host name, because the server listens to more than this machine. */
  anyHost: boolean
}

export interface Page {
  /** Handles requests for `/` itself. Returns false for any other. */
  handle(incoming: http.IncomingMessage, outgoing: http.ServerResponse): boolean
  served(served: Served): void
  /** Receives a line of the function's log. */
  functionLine(line: string): void
  rebuilt(rebuilt: { file: string; ms: number; dropped: number }): void
  rebuildFailed(message: string): void
  /** Originals were changed, added or removed. */
  originalsChanged(changed: readonly { mount: string; key: string }[]): void
  /** Ends the event streams, and waits for the notes. */
  close(): Promise<void>
}

/** Report requests at most this often, in batches, so that a load test doesn't flood the page. */
const REPORT_EVERY_MS = 100
/** After a pause, report almost at once: the function's log line comes a little later than the response. */
const REPORT_FIRST_MS = 20
const REPORTED_AT_ONCE = 50
/** How much of the past the page shows. */
const REQUESTS_SHOWN = 20
const GALLERY_STEP = 60
const MOST_SHOWN = 3_000
const ORIGINALS_STEP = 60
/** Someone may copy thousands of pictures into the folder. */
const MOST_NAMED = 100
/** CloudFront's limit for URLs. */
const LONGEST_PATH = 8_192
/** A failed build can have very many errors. */
const LONGEST_MESSAGE = 32_768
/** Limits the questions to a function that hangs. */
const EXPLAINED_AT_ONCE = 16

/**
 * The page of `genato dev`: builds URLs, shows images, requests and the gallery. All of it is at `/`, which
 * is nothing on AWS. Its own requests use the query, so that it takes no path away from the service.
 */
export function createPage(options: PageOptions): Page {
  const { images } = options
  const about = (): About => ({ ...withPaths(options.about()), mounts: mountsIn(options.pictures()) })
  const server = randomUUID()
  const requests = rememberRequests()
  const notes = openNotes(options.notes)
  const gallery = createGallery(images, notes)
  const streams = createStreams()
  let document: PageDocument | undefined
  let failed: string | undefined
  let build = 0
  let explaining = 0

  const state = (): State => ({
    server,
    build,
    about: about(),
    failed,
    requests: requests.latest(REQUESTS_SHOWN),
    stored: images !== undefined,
  })

  const unreported = new Map<string, RequestEntry>()
  let galleryGrew = false
  let timer: NodeJS.Timeout | undefined
  let lastSent = -Infinity
  const reportSoon = () => {
    const wait = performance.now() - lastSent < REPORT_EVERY_MS ? REPORT_EVERY_MS : REPORT_FIRST_MS
    timer ??= setTimeout(() => {
      timer = undefined
      lastSent = performance.now()
      if (unreported.size > 0) streams.emit('requests', [...unreported.values()])
      if (galleryGrew) streams.emit('gallery', {})
      unreported.clear()
      galleryGrew = false
    }, wait).unref()
  }
  const report = (entry: Remembered) => {
    if (gallery.served(entry)) galleryGrew = true
    if (!streams.any()) return
    unreported.set(entry.id, entry)
    const [oldest] = unreported.keys()
    if (unreported.size > REPORTED_AT_ONCE && oldest !== undefined) unreported.delete(oldest)
    reportSoon()
  }

  const explain = async (path: string): Promise<Explained> => {
    if (!path.startsWith('/') || path.length > LONGEST_PATH)
      return { kind: 'failed', message: `A path starts with / and has at most ${LONGEST_PATH} characters.` }
    if (explaining >= EXPLAINED_AT_ONCE)
      return { kind: 'failed', message: 'The function has not answered the earlier questions yet.' }
    explaining++
    try {
      return (await options.explain(path)) as Explained
    } catch (error) {
      return { kind: 'failed', message: messageOf(error) }
    } finally {
      explaining--
    }
  }

  type Answer = (value: string, outgoing: http.ServerResponse, asked: URLSearchParams) => void | Promise<void>
  const queries: Record<string, Answer> = {
    state: (_, outgoing) => sendJson(outgoing, state()),
    events: (_, outgoing) => streams.open(outgoing, state),
    explain: async (value, outgoing) => sendJson(outgoing, await explain(value)),
    gallery: async (value, outgoing) => {
      const count = Math.min(Math.max(Number.parseInt(value, 10) || GALLERY_STEP, 1), MOST_SHOWN)
      sendJson(outgoing, await gallery.newest(count))
    },
    stored: async (value, outgoing) => sendStored(images, value, outgoing),
    originals: async (mount, outgoing, asked) => {
      const list = await listOriginals(options.pictures(), {
        mount,
        folder: asked.get('folder') ?? '',
        search: asked.get('search') ?? '',
        count: Number(asked.get('count') ?? ORIGINALS_STEP),
      })
      if (list) sendJson(outgoing, list)
      else sendText(outgoing, 404, 'There is no such mount.')
    },
    sign: async (path, outgoing, asked) =>
      sendJson(outgoing, await signForPage(options.pictures(), path, asked.get('expires') ?? '')),
  }

  const sendPage = (outgoing: http.ServerResponse) => {
    document ??= readDocument()
    const html = document.html(about().examples)
    send(outgoing, 200, headersOf('text/html; charset=utf-8', document.policy), html)
  }

  return {
    handle(incoming, outgoing) {
      const asked = queryOf(incoming)
      if (!asked) return false
      incoming.resume()
      const query = asked.name !== undefined && Object.hasOwn(queries, asked.name) && queries[asked.name]
      if (query && isForeign(incoming, options.anyHost)) {
        sendText(outgoing, 403, 'Only the page itself may request this.')
        return true
      }
      Promise.resolve()
        .then(() => (query ? query(asked.value, outgoing, asked.all) : sendPage(outgoing)))
        .catch((error: unknown) => {
          if (outgoing.headersSent) outgoing.destroy()
          else sendText(outgoing, 500, messageOf(error))
        })
      return true
    },
    served: (served) => report(requests.served(served)),
    functionLine(line) {
      const entry = requests.functionLine(line)
      if (entry) report(entry)
    },
    rebuilt(rebuilt) {
      failed = undefined
      build++
      gallery.forget()
      streams.emit('rebuilt', { ...rebuilt, build, about: about() } satisfies Rebuilt)
      galleryGrew = true
      reportSoon()
    },
    rebuildFailed(message) {
      failed = userStack(message.slice(0, LONGEST_MESSAGE))
      streams.emit('failed', { message: failed })
    },
    originalsChanged(changed) {
      const few = changed.length <= MOST_NAMED ? [...changed] : undefined
      streams.emit('originals', { changed: few } satisfies OriginalsChanged)
    },
    async close() {
      clearTimeout(timer)
      streams.close()
      await notes.written()
    },
  }
}

/** A module may export anything as its examples; the page shows text. */
function withPaths<T extends Omit<About, 'mounts'>>(about: T): T {
  const examples: unknown = about.examples
  return {
    ...about,
    examples: Array.isArray(examples) ? examples.filter((example) => typeof example === 'string') : [],
  }
}

function mountsIn(pictures: PagePictures | undefined): MountAbout[] {
  return (pictures?.mounts ?? []).map(({ name, allow, limits }) => ({
    name,
    signed: allow === 'signed',
    allowed: typeof allow === 'string' ? undefined : allow,
    side: limits.side,
  }))
}

/** The name and value of the query's first parameter. `undefined` if the request is not for the page. */
function queryOf({
  method,
  url = '',
}: http.IncomingMessage): { name: string | undefined; value: string; all: URLSearchParams } | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const { path, query } = readTarget(url)
  if (path !== '/') return undefined
  const all = new URLSearchParams(query)
  const [first] = all
  return { name: first?.[0], value: first?.[1] ?? '', all }
}
