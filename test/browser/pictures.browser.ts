import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { beforeAll, expect, it } from 'vitest'
import { useDevCli } from '../support/cli.js'
import { photograph } from '../support/photographs.js'
import { chart } from '../support/pictures.js'
import { project, sharedFolder } from '../support/project.js'
import { describeInBrowser, open, urlOf } from './browser.js'
import { FAINT } from './faint.js'

const HOSTILE = '<img src=x onerror=alert(1)> & "b".jpg'

/** Faces of a photograph take their time in a fresh process. */
const PATIENCE = { timeout: 10_000 }

const response = (page: Page) => page.getByRole('region', { name: 'Response' })
const originals = (page: Page) => page.getByRole('listbox', { name: 'Originals' })
const stage = (page: Page) => page.getByRole('application', { name: 'The original' })
const crop = (page: Page) => page.getByRole('application', { name: /^Crop, / })
const builder = (page: Page) => page.getByRole('region', { name: 'Build a URL' })

/** Waits until the page shows a picture of this size. */
async function sized(page: Page, width: number, height: number): Promise<void> {
  await response(page).getByText(`${width} × ${height} pixels`).waitFor()
}

/** Waits until the original can be cropped. */
async function ready(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  await expect
    .poll(
      () => page.locator('#stage-picture').evaluate((image: HTMLImageElement) => image.naturalWidth),
      PATIENCE,
    )
    .toBeGreaterThan(0)
  await stage(page).scrollIntoViewIfNeeded()
  const box = await stage(page).boundingBox()
  if (!box) throw new Error('There is no original.')
  return box
}

/** Drags over the original, in shares of its sides. */
async function drag(page: Page, from: [x: number, y: number], to: [x: number, y: number]): Promise<void> {
  const { x, y, width, height } = await ready(page)
  await page.mouse.move(x + from[0] * width, y + from[1] * height)
  await page.mouse.down()
  await page.mouse.move(x + to[0] * width, y + to[1] * height, { steps: 4 })
  await page.mouse.up()
}

/** The crop in the URL. */
async function cropOf(page: Page): Promise<number[]> {
  return (/crop=(\d+)x(\d+)\+(\d+)\+(\d+)/.exec(await urlOf(page)) ?? []).slice(1).map(Number)
}

describeInBrowser('the page for stored pictures', () => {
  const cwd = sharedFolder()
  const photos = path.join(cwd, 'pictures')
  const put = (name: string, bytes: Buffer | string) => {
    mkdirSync(path.dirname(path.join(photos, name)), { recursive: true })
    writeFileSync(path.join(photos, name), bytes)
  }
  project(
    {
      'genato.config.json': JSON.stringify({
        originals: {
          mounts: {
            photos: { allow: 'any' },
            private: { allow: 'signed' },
            few: { allow: ['100x100,webp', '80x,png'] },
          },
        },
      }),
    },
    cwd,
  )
  beforeAll(async () => {
    put('chart.jpg', await chart(400, 300).jpeg().toBuffer())
    put('people/astronaut.jpg', photograph('astronaut'))
    put('cats/tom.jpg', photograph('cat'))
    put(HOSTILE, await chart(60, 40).jpeg().toBuffer())
    put('notes.txt', 'no picture')
  })
  const dev = useDevCli(
    cwd,
    ['photos', 'private', 'few'].flatMap((name) => ['--originals', `${name}=pictures`]),
  )

  it('begins with a picture, and shows another that is chosen', async () => {
    const page = await open(dev.url)
    await expect.poll(() => urlOf(page)).toMatch(/^\/photos\/640x480,smart,auto\//)
    const list = originals(page)
    await list.getByRole('option', { name: /^chart\.jpg, / }).click()
    await expect.poll(() => urlOf(page)).toBe('/photos/640x480,smart,auto/chart.jpg')
    await sized(page, 400, 300)
    expect(await list.getByRole('option', { selected: true }).textContent()).toBe('chart.jpg')
    await list.getByText('NOT_A_PICTURE').waitFor()
    await page.getByRole('group', { name: 'Folders' }).getByRole('button', { name: 'cats/' }).click()
    await list.getByRole('option', { name: /tom\.jpg/ }).click()
    await expect.poll(() => urlOf(page)).toBe('/photos/640x480,smart,auto/cats/tom.jpg')
    await page.getByRole('heading', { name: 'cats/tom.jpg' }).waitFor()
    await page.goBack()
    await sized(page, 400, 300)
    expect(await list.getByRole('option', { selected: true }).textContent()).toBe('chart.jpg')
  })

  it('crops by dragging, moves the crop, resizes it, and removes it', async () => {
    const page = await open(`${dev.url}/#/photos/200x200,webp/chart.jpg`)
    await sized(page, 200, 200)
    await drag(page, [0.25, 0.2], [0.75, 0.8])
    const near = (wanted: number[]) => (got: number[]) =>
      got.length === 4 && got.every((value, at) => Math.abs(value - (wanted[at] ?? 0)) <= 2)
    await expect.poll(() => cropOf(page)).toSatisfy(near([200, 180, 100, 60]))
    await sized(page, 180, 180)
    // Held in its middle.
    await drag(page, [0.5, 0.5], [0.6, 0.4])
    await expect.poll(() => cropOf(page)).toSatisfy(near([200, 180, 140, 30]))
    // By its right edge.
    await drag(page, [0.85, 0.4], [0.6, 0.4])
    await expect.poll(() => cropOf(page)).toSatisfy(near([100, 180, 140, 30]))
    expect(await page.getByLabel('Width x height + left + top').inputValue()).toBe(
      (await urlOf(page)).match(/crop=([^,]+)/)?.[1],
    )
    await page.getByRole('button', { name: 'Remove the crop' }).click()
    await expect.poll(() => urlOf(page)).toBe('/photos/200x200,webp/chart.jpg')
    await crop(page).waitFor({ state: 'hidden' })
  })

  it('shows what the service cuts, which follows a clicked point', async () => {
    const page = await open(`${dev.url}/#/photos/150x300,png/chart.jpg`)
    await sized(page, 150, 300)
    const { x, y, width, height } = await ready(page)
    await page.mouse.click(x + width * 0.9, y + height * 0.5)
    await expect.poll(() => urlOf(page)).toBe('/photos/150x300,at=90x50,png/chart.jpg')
    const cut = page.locator('#stage-cut')
    await expect
      .poll(async () => {
        const box = await cut.boundingBox()
        return box && [box.x - x, box.width].map((value) => Math.round((value / width) * 40) / 40)
      })
      .toEqual([0.625, 0.375])
    expect(
      await builder(page)
        .getByRole('textbox', { name: /^Point/ })
        .inputValue(),
    ).toBe('90x50')
    await page.getByRole('button', { name: 'Remove the point' }).click()
    await expect.poll(() => urlOf(page)).toBe('/photos/150x300,png/chart.jpg')
    await builder(page).getByLabel('Width', { exact: true }).fill('')
    await page.keyboard.press('Tab')
    await expect.poll(() => urlOf(page)).toBe('/photos/x300,png/chart.jpg')
    await stage(page).click()
    await page.getByText('it needs a width and a height').waitFor()
    expect(await urlOf(page)).toBe('/photos/x300,png/chart.jpg')
  })

  it('draws the faces, and crops around the one that is clicked', async () => {
    const page = await open(`${dev.url}/#/photos/100x100,jpg/people/astronaut.jpg`)
    await ready(page)
    const face = page.getByRole('button', { name: 'Face 1: crop around it' })
    await face.click()
    await expect.poll(() => urlOf(page)).toBe('/photos/100x100,face=1,jpg/people/astronaut.jpg')
    await expect.poll(() => face.getAttribute('aria-pressed')).toBe('true')
    await builder(page).getByLabel('Space around faces').fill('20')
    await page.keyboard.press('Enter')
    await expect.poll(() => urlOf(page)).toBe('/photos/100x100,face=1,pad=20,jpg/people/astronaut.jpg')
    await response(page)
      .getByText(/^200 · image\/jpeg/)
      .waitFor()
    await drag(page, [0.02, 0.75], [0.3, 0.98])
    await expect
      .poll(() => urlOf(page))
      .toMatch(/^\/photos\/100x100,crop=[\dx+]+,jpg\/people\/astronaut\.jpg$/)
  })

  it('compares formats, and goes to one that is clicked', async () => {
    const page = await open(`${dev.url}/#/photos/300x200,png/chart.jpg`)
    const formats = page.getByRole('region', { name: 'Formats' })
    await formats.scrollIntoViewIfNeeded()
    for (const format of ['jpg', 'png', 'webp', 'avif'])
      await formats.getByRole('button', { name: new RegExp(`^${format} [\\d.]+ k?B$`) }).waitFor()
    await formats.getByRole('button', { name: /^auto avif for this browser · [\d.]+ k?B$/ }).click()
    await expect.poll(() => urlOf(page)).toBe('/photos/300x200,auto/chart.jpg')
    await response(page)
      .getByText(/^200 · image\/avif/)
      .waitFor()
    expect(await formats.getByRole('button', { pressed: true }).textContent()).toMatch(/^auto/)
    expect(await builder(page).getByRole('radio', { name: 'auto' }).isChecked()).toBe(true)
  })

  it('says what is wrong where it is wrong', async () => {
    const page = await open(`${dev.url}/#/photos/200x200,crop=900x10+0+0/chart.jpg`)
    await response(page)
      .getByText(/^BAD_CROP: /)
      .waitFor()
    await page
      .getByRole('status')
      .filter({ hasText: /^BAD_CROP: .*400/ })
      .waitFor()
    await builder(page).getByRole('spinbutton', { name: 'Width' }).fill('99999')
    await page.getByText('SIZE_LIMIT').first().waitFor()
    await page.getByRole('textbox', { name: 'URL' }).fill('/photos/200x200,nonsense/chart.jpg')
    await page.getByText('This form shows the last URL').waitFor()
    await page.getByRole('textbox', { name: 'URL' }).fill('/photos/200X200,WEBP,Smart/chart.jpg')
    await page.keyboard.press('Enter')
    await expect.poll(() => urlOf(page)).toBe('/photos/200x200,smart,webp/chart.jpg')
    await sized(page, 200, 200)
    await builder(page).getByRole('spinbutton', { name: 'Width' }).fill('')
    await builder(page).getByRole('spinbutton', { name: 'Height' }).fill('')
    await page.getByText('Give a width, a height, or both.').waitFor()
  })

  it('works with the keyboard alone', async () => {
    const page = await open(`${dev.url}/#/photos/200x200,png/chart.jpg`)
    await sized(page, 200, 200)
    await ready(page)
    await originals(page).getByRole('option', { selected: true }).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: HOSTILE }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press(' ')
    await page.getByRole('heading', { name: 'chart.jpg' }).waitFor()
    await sized(page, 200, 200)
    await ready(page)
    await stage(page).focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => urlOf(page)).toBe('/photos/200x200,at=55x50,png/chart.jpg')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => urlOf(page)).toBe('/photos/200x200,png/chart.jpg')
    await page.getByRole('button', { name: 'Crop', exact: true }).press('Enter')
    await expect.poll(() => cropOf(page)).toEqual([240, 180, 80, 60])
    expect(await crop(page).evaluate((box) => box === document.activeElement)).toBe(true)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => cropOf(page)).toEqual([240, 180, 88, 52])
    await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('Shift+ArrowDown')
    await expect.poll(() => cropOf(page)).toEqual([232, 188, 88, 52])
    await sized(page, 188, 188)
    await page.keyboard.press('Delete')
    await expect.poll(() => urlOf(page)).toBe('/photos/200x200,png/chart.jpg')
  })

  it('builds every part of the URL in the form', async () => {
    const page = await open(`${dev.url}/#/photos/200x100/chart.jpg`)
    await sized(page, 200, 100)
    const form = builder(page)
    await form.getByRole('radio', { name: 'contain' }).check()
    await form.getByRole('radio', { name: 'top left' }).check()
    await form.getByLabel('Background: hex digits').fill('#ff8800')
    await form.getByRole('radio', { name: 'webp' }).check()
    await form.getByLabel('Quality').fill('60')
    await form.getByRole('radio', { name: '90' }).check()
    for (const flag of ['top to bottom', 'mono', 'sharpen', 'still', 'enlarge'])
      await form.getByRole('checkbox', { name: flag }).check()
    await form.getByLabel('Blur').fill('3')
    await form.getByLabel('Version').fill('A2')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => urlOf(page))
      .toBe(
        '/photos/200x100,contain,topleft,ff8800,webp,q=60,rotate=90,flip,mono,sharpen,still,enlarge,blur=3,v=A2/chart.jpg',
      )
    await sized(page, 200, 100)
    expect(await form.getByRole('radio', { name: 'smart' }).isVisible()).toBe(true)
    await form.getByRole('radio', { name: 'inside' }).check()
    expect(await form.getByRole('radio', { name: 'smart' }).isVisible()).toBe(false)
    await expect.poll(() => urlOf(page)).not.toContain('topleft')
    await sized(page, 75, 100)
  })

  it('shows files that come, change and go', async () => {
    put('later/one.jpg', await chart(300, 300).jpeg().toBuffer())
    const page = await open(`${dev.url}/#/photos/100x/later/one.jpg`)
    await sized(page, 100, 100)
    await page.getByText('300 × 300 · jpeg').waitFor()
    put(
      'later/one.jpg',
      await sharp({ create: { width: 300, height: 600, channels: 3, background: 'red' } })
        .jpeg()
        .toBuffer(),
    )
    await sized(page, 100, 200)
    await page.getByText('300 × 600 · jpeg').waitFor()
    put('later/two.jpg', await chart(30, 30).jpeg().toBuffer())
    const two = originals(page).getByRole('option', { name: /two\.jpg/ })
    await two.waitFor()
    // A file that comes and goes between two looks at the folder was never there.
    await page.waitForTimeout(2_500)
    rmSync(path.join(photos, 'later/two.jpg'))
    await two.waitFor({ state: 'detached' })
  })

  it('signs its own requests on a signed mount, and shows and copies the signed URL', async () => {
    const page = await open(`${dev.url}/#/private/200x200,webp/chart.jpg`)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await sized(page, 200, 200)
    await ready(page)
    await page.getByText(/^Works until \d/).waitFor()
    await originals(page)
      .getByRole('option', { name: /^chart/ })
      .locator('img')
      .waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Copy URL' }).click()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied).toMatch(/\/private\/200x200,webp\/chart\.jpg\?exp=\d+&sig=[\w-]{22}$/)
    expect((await fetch(copied)).status).toBe(200)
    expect((await fetch(copied.replace(/\?.*/, ''))).status).toBe(403)
    await page.getByLabel('Signed for').selectOption('ever')
    await page.getByText('Works until the key is replaced.').waitFor()
    const link = page.getByRole('link', { name: 'Open in a new tab' })
    expect(await link.getAttribute('href')).toContain('sig=')
    await drag(page, [0.1, 0.1], [0.6, 0.6])
    await response(page)
      .getByText(/^200 · image\/webp/)
      .waitFor()
    await page.getByText(/private\/200x200,crop=.*sig=/).waitFor()
  })

  it('offers only what a mount with a list allows', async () => {
    const page = await open(`${dev.url}/#/few/100x100,webp/chart.jpg`)
    await sized(page, 100, 100)
    await builder(page).waitFor({ state: 'hidden' })
    await page
      .getByRole('region', { name: 'Allowed on this mount' })
      .getByRole('button', { name: '80x,png' })
      .click()
    await sized(page, 80, 60)
    expect(await urlOf(page)).toBe('/few/80x,png/chart.jpg')
    await originals(page)
      .getByRole('option', { name: /^chart/ })
      .locator('img')
      .waitFor({ state: 'attached' })
  })

  it('shows hostile file names as text', async () => {
    const page = await open(`${dev.url}/`)
    await originals(page).getByRole('option', { name: HOSTILE }).click()
    await page.getByRole('heading', { name: HOSTILE }).waitFor()
    await sized(page, 53, 40)
    expect(await page.locator('img[src="x"]').count()).toBe(0)
  })

  it('leaves the generator where it was', async () => {
    const page = await open(`${dev.url}/#/photos/200x200/chart.jpg`)
    await sized(page, 200, 200)
    await page.getByRole('button', { name: 'Generated images' }).click()
    await sized(page, 640, 480)
    expect(await urlOf(page)).toBe('/640x480,white,png')
    await page.getByRole('region', { name: 'Gallery' }).waitFor()
    await originals(page).waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Stored pictures' }).click()
    await sized(page, 200, 200)
    expect(await urlOf(page)).toBe('/photos/200x200/chart.jpg')
  })

  it.each([360, 768, 1280])(
    'needs no sideways scrolling at %i pixels, with targets for fingers',
    async (width) => {
      const phone = { viewport: { width, height: 740 }, hasTouch: true, isMobile: width < 500 }
      const page = await open(
        `${dev.url}/#/private/200x200,at=20x20,crop=200x200+20+20,webp/chart.jpg`,
        phone,
      )
      await response(page)
        .getByText(/^200 · /)
        .waitFor()
      await ready(page)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      const small = await page.evaluate<
        string[]
      >(`[...document.querySelectorAll('button:not(.face), input, select, summary, a, [role=option]')]
      .filter((one) => one.checkVisibility() && one.tabIndex >= 0)
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.height < 43.9 || box.width < 43.9)
      .map(({ one, box }) => (one.id || one.innerText || one.name) + ' ' + box.width + 'x' + box.height)`)
      expect(small).toEqual([])
    },
  )

  it('crops by touch on a phone', async () => {
    const page = await open(`${dev.url}/#/photos/100x100,webp/chart.jpg`, {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    })
    await sized(page, 100, 100)
    const { x, y, width, height } = await ready(page)
    const session = await page.context().newCDPSession(page)
    const touch = async (type: string, at?: [number, number]) =>
      session.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: at ? [{ x: x + at[0] * width, y: y + at[1] * height }] : [],
      })
    await touch('touchStart', [0.2, 0.2])
    for (const step of [0.4, 0.6, 0.8]) await touch('touchMove', [step, step])
    await touch('touchEnd')
    await expect
      .poll(() => cropOf(page))
      .toSatisfy((got: number[]) => [240, 180].every((side, at) => Math.abs((got[at] ?? 0) - side) <= 4))
    await page.touchscreen.tap(x + width / 2, y + height / 2)
    await expect.poll(() => urlOf(page)).toMatch(/crop=/)
  })

  it.each(['light', 'dark'] as const)('is readable in %s mode', async (colorScheme) => {
    const page = await open(`${dev.url}/#/private/200x200,faces,webp/people/astronaut.jpg`, { colorScheme })
    await sized(page, 200, 200)
    await ready(page)
    await page.getByText(/^Works until \d/).waitFor()
    expect(await page.evaluate<string[]>(FAINT)).toEqual([])
  })

  it('does not animate for those who prefer reduced motion', async () => {
    const page = await open(`${dev.url}/#/photos/200x200/chart.jpg`, { reducedMotion: 'reduce' })
    await sized(page, 200, 200)
    expect(await page.evaluate('document.getAnimations().length')).toBe(0)
  })

  it('names every control, heading and region, and asks nobody but this server', async () => {
    const asked: string[] = []
    const page = await open(`${dev.url}/#/private/200x200,crop=200x200+20+20,webp/chart.jpg`)
    page.on('request', (request) => asked.push(request.url()))
    await page.reload()
    await response(page)
      .getByText(/^200 · /)
      .waitFor()
    await ready(page)
    const snapshot = await page.locator('body').ariaSnapshot()
    const unnamed =
      /^\s*- (button|link|textbox|searchbox|combobox|spinbutton|radio|checkbox|radiogroup|region|listbox|option|application|heading)(?: \[.*\])?:?$/gm
    expect(snapshot.match(unnamed) ?? []).toEqual([])
    expect(asked.filter((url) => !url.startsWith(dev.url) && !/^(blob|data):/.test(url))).toEqual([])
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((all) => all.map((one) => one.tagName).join(''))
    expect(levels).toMatch(/^H1(H2)+$/)
  })
})
