import type { About, Explained, State } from '../messages.js'
import { createCopy } from './copy.js'
import { byId, make } from './elements.js'
import { createForm, type Manner } from './form.js'
import { createGalleryView, readable } from './gallery.js'
import { listen } from './live.js'
import { createMeaning } from './meaning.js'
import { asSent, pathOf } from './path.js'
import { createPicture } from './picture.js'
import { createPictures } from './pictures/pictures.js'
import { createService } from './pictures/service.js'
import { mountNameOf } from './pictures/wanted.js'
import { createRequestsView } from './requests.js'
import { createServices } from './services.js'
import { createStatus } from './status.js'
import { FIRST } from './url.js'
import { rebuiltInWords, ROOT_IN_WORDS } from './words.js'

/** The pause in typing after which the function is asked, and in choosing after which the image is requested. */
const PAUSE_MS = { typing: 200, choosing: 300 }

const field = byId('url', HTMLInputElement)
const status = createStatus()
let state: State | undefined
let path = FIRST
/** Whether the user has begun a URL: the first key may come before the server's first message. */
let begun = false
let pause: ReturnType<typeof setTimeout> | undefined

const requests = createRequestsView(go)
const service = createService(
  (asked) => Boolean(state?.about.mounts.find(({ name }) => name === mountNameOf(asked))?.signed),
  (id) => requests.leaveOut(id),
)
const picture = createPicture(service, (id) => requests.known(id))
const meaning = createMeaning()
const gallery = createGalleryView(go, () => state?.stored ?? false)
const form = createForm(written)
const pictures = createPictures({ service, status, onEdit: written, onChoose: go, onPick: goBackTo })
const services = createServices(go)
createCopy(() => pictures.url() ?? location.origin + path, status)

/** A form has written a path. */
function written(next: string | undefined, manner: Manner): void {
  clearTimeout(pause)
  if (next === undefined) return
  field.value = next
  if (pictures.owns(next)) pictures.edited(next)
  edited(next, manner)
}

/** Fills in the form that the path belongs to. */
function display(next: string): void {
  const ofPictures = pictures.owns(next)
  services.show(ofPictures ? 'pictures' : 'generator', next)
  if (ofPictures) pictures.show(next)
  else form.show(next)
}

/** The path has changed. Explains it after a pause, and requests the image once the user is done. */
function edited(next: string, manner: Manner): void {
  path = next
  begun = true
  status.next()
  clearTimeout(pause)
  if (manner === 'done') return show()
  pause = setTimeout(manner === 'choosing' ? show : () => void explain(), PAUSE_MS[manner])
}

function explain(): Promise<Explained | undefined> {
  byId('shown-other', HTMLElement).hidden = picture.shown() === undefined || picture.shown() === path
  return meaning.explain(path)
}

function show(): void {
  clearTimeout(pause)
  // The browser can go back to each URL that was shown, and a reload shows the last one.
  if (location.hash.slice(1) !== path)
    history[picture.shown() === undefined ? 'replaceState' : 'pushState'](null, '', `#${path}`)
  const meant = explain()
  pictures.requested(path)
  if (path === '/') picture.none(path, ROOT_IN_WORDS)
  else void picture.load(path, meant)
  byId('shown-other', HTMLElement).hidden = true
}

/** Shows a path that was chosen as a whole. */
function go(chosen: string): void {
  const first = picture.shown() === undefined
  goBackTo(chosen)
  // On a narrow screen the response is further down, and the click was for that.
  if (matchMedia('(min-width: 60rem)').matches)
    byId('address', HTMLElement).scrollIntoView({ block: 'nearest' })
  else if (!first) byId(pictures.owns(path) ? 'original' : 'picture', HTMLElement).scrollIntoView()
}

/** The same without scrolling: when the browser goes back, it scrolls by itself. */
function goBackTo(chosen: string): void {
  path = pictures.oneSpelling(asSent(chosen, location.origin))
  begun = true
  field.value = path
  display(path)
  status.next()
  show()
}

function setAbout({ generator, builtin, examples, text, mounts }: About): void {
  pictures.setMounts(mounts)
  services.setMounts(mounts.length > 0, examples[0] ?? FIRST)
  byId('generator', HTMLElement).textContent = generator
  byId('builder', HTMLElement).hidden = !builtin
  document.body.classList.toggle('own', !builtin)
  form.setUsualText(text)
  // Its mount may have come or gone with the configuration.
  if (begun && pictures.owns(path) !== services.isShown('pictures')) display(path)
  const list = byId('examples-list', HTMLElement)
  byId('examples', HTMLElement).hidden = examples.length === 0
  list.replaceChildren(
    ...examples.map((example) => {
      const button = make('button', { type: 'button', className: 'example', textContent: readable(example) })
      button.addEventListener('click', () => go(example))
      return make('li', {}, button)
    }),
  )
}

function setFailed(message: string | undefined): void {
  const section = byId('failure', HTMLElement)
  byId('failure-text', HTMLElement).textContent = message ?? ''
  section.hidden = message === undefined
  if (message !== undefined) status.next()
}

function setConnected(connected: boolean): void {
  document.body.classList.toggle('lost', !connected)
  if (!connected) status.say('genato dev does not answer. The page continues once it is back.')
}

function applyState(next: State): void {
  const before = state
  state = next
  const lost = document.body.classList.contains('lost')
  setConnected(true)
  setAbout(next.about)
  setFailed(next.failed)
  requests.add(next.requests.toReversed())
  gallery.refresh()
  if (!before) {
    if (begun) return void explain()
    const kept = location.hash.slice(1)
    if (kept.startsWith('/')) return go(kept)
    return void begin(next.about.examples[0] ?? FIRST)
  }
  const changed = before.server !== next.server || before.build !== next.build
  if (lost) status.say('')
  if (changed || (lost && picture.unanswered())) show()
  else if (lost) void explain()
  if (changed)
    status.mention(before.server === next.server ? 'The generator has changed.' : 'genato dev has restarted.')
}

/** Shows the first picture, unless the user is faster. */
async function begin(example: string): Promise<void> {
  const first = await pictures.first()
  if (!begun) go(first ?? example)
}

field.addEventListener('input', () => {
  const typed = pathOf(field.value, location.origin)
  display(typed)
  edited(typed, 'typing')
})
byId('address', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault()
  // What this page wrote into the field is a path, even if it looks like a host.
  go(field.value === path ? path : pathOf(field.value, location.origin))
})
addEventListener('hashchange', () => {
  const kept = location.hash.slice(1)
  if (kept.startsWith('/') && (kept !== path || kept !== picture.shown())) goBackTo(kept)
})

// Up to here, this was the page for browsers without JavaScript.
byId('without-script', HTMLElement).hidden = true
for (const main of document.getElementsByTagName('main')) main.hidden = false
byId('origin', HTMLElement).textContent = location.origin
listen({
  state: applyState,
  requests(entries) {
    requests.add(entries)
    for (const entry of entries) picture.report(entry)
  },
  gallery: () => gallery.refresh(),
  originals(changed) {
    if (pictures.changed(changed) && pictures.owns(path)) show()
  },
  rebuilt(rebuilt) {
    if (state) state = { ...state, about: rebuilt.about, build: rebuilt.build, failed: undefined }
    setFailed(undefined)
    setAbout(rebuilt.about)
    show()
    status.mention(rebuiltInWords(rebuilt))
  },
  failed: setFailed,
  lost: () => setConnected(false),
})
