import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { findChromium, launchOptions } from './chromium.js'

/** What no page may do in a test: throw, log errors (such as CSP violations), or open a dialog. */
const problems: string[] = []
let browser: Browser | undefined

/** Runs tests in one browser. Each also fails on the complaints of its pages. */
export function describeInBrowser(name: string, tests: () => void): void {
  describe.skipIf(findChromium() === undefined)(name, () => {
    beforeAll(async () => {
      browser = await chromium.launch(launchOptions())
    })
    afterAll(async () => browser?.close())
    afterEach(() => {
      expect(problems.splice(0)).toEqual([])
    })
    tests()
  })
}

/** Opens a page in its own context. */
export async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  if (!browser) throw new Error('Call it within describeInBrowser.')
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  onTestFinished(async () => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (error) => problems.push(`thrown: ${error.message}`))
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    // The browser logs responses of 400 and unreachable servers, which the tests provoke.
    const remark = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !remark) problems.push(`console: ${message.text()}`)
  })
  await page.goto(url)
  return page
}

/** The image that the page shows, with this alternative text. */
export async function pictureOf(page: Page, alt: string | RegExp) {
  const image = page.getByRole('region', { name: 'Response' }).getByRole('img', { name: alt })
  await image.waitFor()
  return image
}

/** The colour of a pixel of the image, as red, green, blue, alpha. Evaluated in the page. */
export async function pixel(page: Page, x: number, y: number): Promise<number[]> {
  return page.evaluate<number[]>(`(() => {
    const image = document.querySelector('#frame img')
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth
    canvas.height = image.naturalHeight
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    return [...context.getImageData(${x}, ${y}, 1, 1).data]
  })()`)
}

/** The value of the URL field. */
export async function urlOf(page: Page): Promise<string> {
  return page.getByRole('textbox', { name: 'URL' }).inputValue()
}
