import { expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { startDevCli } from '../support/cli.js'
import { project } from '../support/project.js'
import { describeInBrowser, open, pictureOf, urlOf } from './browser.js'

const made = (page: Page) => page.getByRole('region', { name: 'Gallery' })

/** Its paths, in order. */
async function paths(page: Page): Promise<string[]> {
  return made(page).locator('.path').allTextContents()
}

describeInBrowser('the gallery', () => {
  it('shows all generated images, newest first, also those of other viewers and after a restart', async () => {
    const folder = project()
    const dev = await startDevCli(folder)
    const page = await open(dev.url)
    await pictureOf(page, /640 × 480 pixels/)
    for (const path of ['/20,red', '/30,navy,text=A%2CB', '/nothing', '/20,red'])
      await fetch(dev.url + path).then(async (response) => response.arrayBuffer())
    await expect.poll(() => paths(page)).toEqual(['/30,navy,text=A%2CB', '/20,red', '/640x480,white,png'])
    await made(page).getByText('3 images').waitFor()
    await made(page)
      .getByRole('button', { name: /^\/20,red 20 × 20 · \d+ B$/ })
      .click()
    await pictureOf(page, /20 × 20 pixels; background #ff0000/)
    expect(await urlOf(page)).toBe('/20,red')
    expect(await page.getByRole('spinbutton', { name: 'Width' }).inputValue()).toBe('20')
    // Thumbnails send no requests to the edge.
    expect(dev.said().match(/20,red/g)).toHaveLength(3)
    await dev.end()
    await page.getByText('genato dev does not answer').waitFor()

    const again = await startDevCli(folder)
    const later = await open(again.url)
    await expect.poll(() => paths(later)).toEqual(['/30,navy,text=A%2CB', '/20,red', '/640x480,white,png'])
  })

  it('says that the server is gone, and reloads when it is back', async () => {
    const folder = project()
    const dev = await startDevCli(folder)
    const page = await open(dev.url)
    await pictureOf(page, /640 × 480 pixels/)
    await dev.end()
    await page.getByText('genato dev does not answer').waitFor()
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByText('No response: genato dev').waitFor()
    await page.getByRole('textbox', { name: 'URL' }).fill('/30,navy')
    await page.getByText('No explanation: genato dev').waitFor()
    expect(await page.getByRole('region', { name: 'What the URL means' }).isVisible()).toBe(false)
    expect(await page.getByText('Generated for this request').isVisible()).toBe(false)
    await page.getByRole('textbox', { name: 'URL' }).fill('/640x480,white,png')
    await startDevCli(folder, ['--port', new URL(dev.url).port])
    await page.getByText('genato dev has restarted').waitFor()
    await pictureOf(page, /640 × 480 pixels/)
  })

  it('has one tile for each image, a frame around the smallest, and the path as it was requested', async () => {
    const dev = await startDevCli(project())
    const page = await open(`${dev.url}/#/1x1,red,svg`)
    await pictureOf(page, /1 × 1 pixels/)
    for (const path of ['/1,%72ed,svg', '/1x1,f00,svg', '/1x64,navy,text=%C3%BC'])
      await fetch(dev.url + path).then(async (response) => response.arrayBuffer())
    await expect.poll(() => paths(page)).toEqual(['/1x64,navy,text=%C3%BC', '/1x1,red,svg'])
    await made(page).getByText('2 images').waitFor()
    expect(await made(page).locator('.path').first().getAttribute('title')).toBe('/1x64,navy,text=ü')
    await made(page).getByText('1 × 64 · ').waitFor()
    await made(page).getByText('1 × 1 · ').waitFor()
    for (const frame of await made(page).locator('.checkered').all())
      expect((await frame.boundingBox())?.width).toBeGreaterThanOrEqual(16)
  })

  it('shows more images on request', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url)
    await pictureOf(page, /640 × 480 pixels/)
    for (let size = 1; size <= 120; size += 20)
      await Promise.all(
        Array.from({ length: 20 }, async (_, n) =>
          fetch(`${dev.url}/${size + n},svg`).then(async (response) => response.arrayBuffer()),
        ),
      )
    await made(page).getByText('121 images').waitFor()
    expect(await paths(page)).toHaveLength(60)
    await made(page).getByRole('button', { name: 'Show more' }).click()
    await expect.poll(async () => (await paths(page)).length).toBe(120)
    await made(page).getByRole('button', { name: 'Show more' }).click()
    await expect.poll(async () => (await paths(page)).length).toBe(121)
    await made(page).getByRole('button', { name: 'Show more' }).waitFor({ state: 'hidden' })
  })
})
