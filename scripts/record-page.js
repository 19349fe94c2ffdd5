// Records docs/images/page.png and docs/images/editing.webp: the page of `genato dev` in a real browser, with the
// times of this machine. Needs Chromium, as `npm run test:browser` does.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { launchOptions } from '../test/browser/chromium.js'
import { editorHtml, GENERATOR } from './record-editor.js'

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const IMAGES = path.join(ROOT, 'docs', 'images')
/** Sizes in the recording in pixels: the editor on the left, the page on the right. */
const [EDITOR, PAGE, HEIGHT] = [500, 780, 720]
const MADE = [
  '/320x240,gold,svg,text=G',
  '/1080x1080,teal,avif,text=Square',
  '/300x250,tomato,webp,text=Sale',
  '/400x300,6a5acd80,png,text=Half',
  '/640x360,midnightblue,jpg,text=Good%20night',
  '/480x320,transparent,png,text=Transparent,fg=crimson',
  '/1200x630,navy,webp,text=Hello',
]

const browser = await chromium.launch(launchOptions())
mkdirSync(IMAGES, { recursive: true })
await screenshot()
await recording()
await browser.close()

async function screenshot() {
  const dev = await startDev({})
  for (const made of MADE) await (await fetch(dev.url + made)).arrayBuffer()
  const page = await openPage(`${dev.url}/#/1200x630,navy,webp,text=Hello`, 1280, 1166, 1.5)
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByText('From the cache of the edge').waitFor()
  await page.getByRole('group', { name: 'Text colour' }).getByRole('radio', { name: 'Custom' }).check()
  await page.getByText('Generated for this request').waitFor()
  await page.locator('#gallery-list img').last().scrollIntoViewIfNeeded()
  await page.waitForTimeout(500)
  await page.evaluate('document.activeElement.blur(), scrollTo(0, 0)')
  await write(
    'page.png',
    await sharp(await page.screenshot())
      .png({ palette: true, effort: 10 })
      .toBuffer(),
  )
  await dev.end()
}

async function recording() {
  const dev = await startDev({
    'generator.ts': GENERATOR,
    'genato.config.json': '{ "generate": { "generator": "./generator.ts" } }',
  })
  const editor = await browser.newPage({ viewport: { width: EDITOR, height: HEIGHT } })
  const page = await openPage(dev.url, PAGE, HEIGHT)
  await page.locator('#frame img').waitFor()
  await page.getByText('Generated for this request').waitFor()
  const frames = []
  const delay = []
  let source = GENERATOR
  let right = await page.screenshot()
  const frame = async (ms, { caret = -1, saved = true } = {}) => {
    await editor.setContent(editorHtml(source, caret, saved))
    const left = await editor.screenshot()
    const whole = sharp({ create: { width: EDITOR + PAGE, height: HEIGHT, channels: 3, background: '#fff' } })
    const both = [left, right].map((input, at) => ({ input, left: at * EDITOR, top: 0 }))
    frames.push(await whole.composite(both).png().toBuffer())
    delay.push(ms)
  }
  /** Types `after` over the part that differs. */
  const type = async (before, after) => {
    const found = source.indexOf(before)
    if (found === -1) throw new Error(`The recording edits ${before}, which is not in the source any more.`)
    let same = 0
    while (same < after.length && before[same] === after[same]) same++
    let tail = 0
    while (
      tail < Math.min(before.length, after.length) - same &&
      before.at(-1 - tail) === after.at(-1 - tail)
    )
      tail++
    const start = found + same
    for (let left = before.length - tail - same; left > 0; left--) {
      source = source.slice(0, start + left - 1) + source.slice(start + left)
      await frame(70, { caret: start + left - 1, saved: false })
    }
    const typed = after.slice(same, after.length - tail)
    for (const [at, character] of [...typed].entries()) {
      source = source.slice(0, start + at) + character + source.slice(start + at)
      await frame(110, { caret: start + at + 1, saved: false })
    }
    await frame(300, { caret: start + typed.length, saved: false })
  }
  const save = async (seen, ms) => {
    writeFileSync(path.join(dev.folder, 'generator.ts'), source)
    await frame(300)
    await seen()
    await page.waitForTimeout(400)
    right = await page.screenshot()
    await frame(ms)
  }
  const picture = (alt) => page.getByRole('img', { name: alt }).waitFor()

  await frame(1200)
  await type("'#2456c9'", "'#c2410c'")
  await save(async () => picture(/#c2410c/), 1800)
  await type("'#c2410c',", "'#c2410c,")
  await save(async () => page.getByRole('alert').waitFor(), 2000)
  await type("'#c2410c,", "'#c2410c',")
  await type("'Hello'", "'Welcome'")
  await save(async () => picture(/Welcome/), 3000)
  const joined = sharp(frames, { join: { animated: true } })
  await write(
    'editing.webp',
    await joined.webp({ delay, loop: 0, quality: 82, effort: 6, minSize: true }).toBuffer(),
  )
  console.log(`${frames.length} frames, ${delay.reduce((sum, ms) => sum + ms, 0) / 1000} s`)
  await dev.end()
}

/** Starts `genato dev` in a new project with these files. */
async function startDev(files) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'genato-record-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  const child = spawn(process.execPath, [path.join(ROOT, 'bin', 'genato.js'), 'dev'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => {
    child.on('close', resolve)
  })
  let said = ''
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += chunk
      if (said.includes('Ctrl-C stops')) resolve()
    })
    ended.then(() => reject(new Error(`genato dev ended: ${said}`)), reject)
  })
  return {
    folder,
    url: /http:\/\/\S+:\d+/.exec(said)[0],
    async end() {
      child.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function openPage(url, width, height, deviceScaleFactor = 1) {
  const page = await browser.newPage({
    viewport: { width, height },
    deviceScaleFactor,
    reducedMotion: 'reduce',
  })
  await page.goto(url)
  return page
}

async function write(name, bytes) {
  const file = path.join(IMAGES, name)
  writeFileSync(file, bytes)
  console.log(`${path.relative(ROOT, file)}  ${Math.round(statSync(file).size / 1000)} kB`)
}
