import { expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { startDevCli } from '../support/cli.js'
import { project } from '../support/project.js'
import { describeInBrowser, open, pictureOf, urlOf } from './browser.js'
import { FAINT } from './faint.js'

const focused = async (page: Page) =>
  page.evaluate<string>(
    '(document.activeElement.labels?.[0] ?? document.activeElement).innerText || document.activeElement.ariaLabel || document.activeElement.id',
  )

describeInBrowser('the page', () => {
  it('works with the keyboard alone, in reading order', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url)
    await pictureOf(page, /640 × 480 pixels/)
    const seen: string[] = []
    for (let n = 0; n < 16; n++) {
      await page.keyboard.press('Tab')
      seen.push((await focused(page)).split('\n')[0]?.trim() ?? '')
      expect(
        await page.evaluate(
          'getComputedStyle(document.activeElement.matches(".choices input") ? document.activeElement.nextElementSibling : document.activeElement).outlineStyle',
        ),
      ).toBe('solid')
    }
    expect(seen).toEqual([
      'URL',
      'Show',
      'Copy URL',
      '/640x480,white,png',
      '/1200x630,navy,webp,text=Hello',
      'Width',
      'Height',
      'Common sizes',
      '1×',
      'Background: a CSS colour name, or hex digits',
      'Pick the background',
      'png',
      '“Hello World”',
      'Automatic',
      'Open in a new tab',
      'Headers',
    ])
    await page.getByRole('radio', { name: 'png' }).focus()
    await page.keyboard.press('ArrowRight')
    await pictureOf(page, /format jpg/)
    await page.getByRole('textbox', { name: 'URL' }).focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('50,teal')
    await page.keyboard.press('Enter')
    await pictureOf(page, /50 × 50 pixels; background #008080/)
    const thumbnail = page
      .getByRole('region', { name: 'Gallery' })
      .getByRole('button', { name: /640x480,white,png/ })
    await thumbnail.focus()
    await page.keyboard.press('Enter')
    await pictureOf(page, /640 × 480 pixels.*format png/)
    expect(await urlOf(page)).toBe('/640x480,white,png')
  })

  it('names every control, heading and region', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url)
    await pictureOf(page, /640 × 480 pixels/)
    await page.getByRole('region', { name: 'Latest requests' }).waitFor()
    const snapshot = await page.locator('body').ariaSnapshot()
    const unnamed =
      /^\s*- (button|link|textbox|combobox|spinbutton|radio|radiogroup|region|img|table|heading)(?: \[.*\])?(:.*)?$/gm
    expect(
      snapshot.match(unnamed)?.filter((line) => !/button|link|heading/.test(line) || !/: ./.test(line)) ?? [],
    ).toEqual([])
    for (const landmark of ['banner', 'main', 'region "Response"', 'region "Build a URL"', 'status'])
      expect(snapshot).toContain(landmark)
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((all) => all.map((one) => one.tagName).join(''))
    expect(levels).toMatch(/^H1(H2)+$/)
    const twice = await page.evaluate<string[]>(
      '[...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at)',
    )
    expect(twice).toEqual([])
  })

  it.each([360, 768, 1280])(
    'needs no sideways scrolling at %i pixels, with targets for fingers',
    async (width) => {
      const dev = await startDevCli(project())
      const phone = { viewport: { width, height: 740 }, hasTouch: true, isMobile: width < 500 }
      const long = `/640x480,white,svg,text=${'W'.repeat(150)}`
      const page = await open(`${dev.url}/#${long}`, phone)
      await pictureOf(page, /640 × 480 pixels/)
      await page.getByText('Headers').click()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      const small = await page.evaluate<
        string[]
      >(`[...document.querySelectorAll('button, input, select, summary, a')]
      .filter((one) => one.checkVisibility() && one.tabIndex >= 0)
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.height < 43.9 || box.width < 43.9)
      .map(({ one, box }) => (one.id || one.innerText) + ' ' + box.width + 'x' + box.height)`)
      expect(small).toEqual([])
    },
  )

  it.each(['light', 'dark'] as const)('is readable in %s mode', async (colorScheme) => {
    const dev = await startDevCli(project())
    const page = await open(`${dev.url}/#/640x480,whit`, { colorScheme })
    await page.getByText(/^400 · /).waitFor()
    await page.getByRole('textbox', { name: 'URL' }).fill('/640x480,white')
    await page.getByRole('region', { name: 'What the URL means' }).waitFor()
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    expect(ground).toBe(colorScheme === 'dark' ? 'rgb(14, 19, 24)' : 'rgb(244, 246, 248)')
    expect(await page.evaluate<string[]>(FAINT)).toEqual([])
  })

  it('does not animate for those who prefer reduced motion', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url, { reducedMotion: 'reduce' })
    await pictureOf(page, /640 × 480 pixels/)
    expect(await page.evaluate('document.getAnimations().length')).toBe(0)
    expect(await page.evaluate('getComputedStyle(document.getElementById("frame")).transitionDuration')).toBe(
      '0s',
    )
  })

  it('explains itself without JavaScript', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url, { javaScriptEnabled: false })
    await page.getByText('This page needs JavaScript').waitFor()
    await page.getByRole('link', { name: '/640x480,white,png' }).click()
    await page.waitForURL(`${dev.url}/640x480,white,png`)
  })
})
