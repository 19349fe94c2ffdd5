import type { About, Explained, Rebuilt, State } from '../messages.js'
import { byId, make } from './elements.js'
import { createForm } from './form.js'
import { createGalleryView, readable } from './gallery.js'
import { listen } from './live.js'
import { createMeaning } from './meaning.js'
import { pathOf } from './path.js'
import { createPicture } from './picture.js'
import { createRequestsView } from './requests.js'
import { count, timeInWords } from './words.js'

/** How long a pause in typing has to be for the function to be asked what was typed. */
const PAUSE_MS = 200
const FIRST = '/640x480,white,png'

const field = byId('url', HTMLInputElement)
const status = byId('status', HTMLElement)
let state: State | undefined
let path = FIRST
let pause: ReturnType<typeof setTimeout> | undefined

const requests = createRequestsView(go)
const picture = createPicture((id) => requests.known(id))
const meaning = createMeaning()
const gallery = createGalleryView(go, () => state?.stored ?? false)
const form = createForm((written, done) => {
  field.value = written
  edited(written, done)
})

/** The path has changed: what it means is told after a pause, the image is asked for once it is done. */
function edited(next: string, done: boolean): void {
  path = next
  clearTimeout(pause)
  if (done) return show()
  pause = setTimeout(() => void explain(), PAUSE_MS)
}

function explain(): Promise<Explained | undefined> {
  history.replaceState(null, '', `#${path}`)
  byId('shown-other', HTMLElement).hidden = picture.shown() === undefined || picture.shown() === path
  return meaning.explain(path)
}

function show(): void {
  clearTimeout(pause)
  const loaded = picture.load(path, explain())
  byId('shown-other', HTMLElement).hidden = true
  void loaded
}

/** To a path that was chosen as a whole. */
function go(chosen: string): void {
  const first = picture.shown() === undefined
  path = pathOf(chosen, location.origin)
  field.value = path
  form.show(path)
  show()
  // Where they stand below each other, the answer is what was clicked for.
  if (matchMedia('(min-width: 60rem)').matches)
    byId('address', HTMLElement).scrollIntoView({ block: 'nearest' })
  else if (!first) byId('picture', HTMLElement).scrollIntoView()
}

function setAbout({ generator, builtin, examples, text }: About): void {
  byId('generator', HTMLElement).textContent = generator
  byId('builder', HTMLElement).hidden = !builtin
  document.body.classList.toggle('own', !builtin)
  form.setUsualText(text)
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
}

function say(text: string): void {
  status.textContent = text
}

function setConnected(connected: boolean): void {
  document.body.classList.toggle('lost', !connected)
  if (!connected) say('genato dev does not answer. The page goes on by itself when it is there again.')
}

function rebuiltInWords({ file, ms, dropped }: Rebuilt): string {
  return [
    `${file} changed`,
    timeInWords(ms),
    ...(dropped > 0 ? [`${count(dropped, 'image')} dropped`] : []),
  ].join(' · ')
}

function takeUp(next: State): void {
  const before = state
  state = next
  const lost = document.body.classList.contains('lost')
  setConnected(true)
  setAbout(next.about)
  setFailed(next.failed)
  requests.add(next.requests.toReversed())
  gallery.refresh()
  if (!before) {
    const kept = location.hash.slice(1)
    return go(kept.startsWith('/') ? kept : (next.about.examples[0] ?? FIRST))
  }
  if (before.server !== next.server) say('genato dev was started again.')
  else if (before.build !== next.build) say('The generator has changed.')
  else if (lost) say('')
  if (before.server !== next.server || before.build !== next.build) show()
}

field.addEventListener('input', () => {
  const typed = pathOf(field.value, location.origin)
  form.show(typed)
  edited(typed, false)
})
byId('address', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault()
  go(field.value)
})
byId('copy', HTMLButtonElement).addEventListener('click', () => {
  const url = location.origin + path
  // Clipboards are for pages on localhost and https only.
  const copied = navigator.clipboard
    ? navigator.clipboard.writeText(url)
    : Promise.reject(new Error('no clipboard'))
  copied.then(
    () => say(`Copied ${url}`),
    () => {
      field.value = url
      field.select()
      say('The browser keeps pages from copying: the URL is selected, copy it with the keyboard.')
    },
  )
})
addEventListener('hashchange', () => {
  const kept = location.hash.slice(1)
  if (kept.startsWith('/') && kept !== path) go(kept)
})

// Until here, the page was one for browsers without JavaScript.
byId('without-script', HTMLElement).hidden = true
for (const main of document.getElementsByTagName('main')) main.hidden = false
byId('origin', HTMLElement).textContent = location.origin
listen({
  state: takeUp,
  requests(entries) {
    requests.add(entries)
    for (const entry of entries) picture.report(entry)
  },
  gallery: () => gallery.refresh(),
  rebuilt(rebuilt) {
    if (state) state = { ...state, about: rebuilt.about, build: rebuilt.build, failed: undefined }
    setFailed(undefined)
    setAbout(rebuilt.about)
    say(rebuiltInWords(rebuilt))
    show()
  },
  failed: setFailed,
  lost: () => setConnected(false),
})
