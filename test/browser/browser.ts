import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { findChromium, launchOptions } from './chromium.js'

/** What no page of a test may do: throw, complain on the console (as of CSP), or open a dialog. */
const problems: string[] = []
let browser: Browser | undefined

/** Tests in one browser, of which each also fails on what its pages complain of. */
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

/** Opens a page in a context of its own. */
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
    // The browser's own remark on an answer of 400, or on a server that is away, both of which are tested.
    const remark = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !remark) problems.push(`console: ${message.text()}`)
  })
  await page.goto(url)
  return page
}

/** The picture that the page shows of this path. */
export async function pictureOf(page: Page, alt: string | RegExp) {
  const image = page.getByRole('region', { name: 'Response' }).getByRole('img', { name: alt })
  await image.waitFor()
  return image
}

/** The colour of a pixel of the shown picture, as red, green, blue, alpha. Evaluated in the page. */
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

/** What the URL field says. */
export async function urlOf(page: Page): Promise<string> {
  return page.getByRole('textbox', { name: 'URL' }).inputValue()
}
