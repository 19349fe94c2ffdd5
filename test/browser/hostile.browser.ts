import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { startDevCli } from '../support/cli.js'
import { generatorSource, project } from '../support/project.js'
import { describeInBrowser, open, pictureOf } from './browser.js'

const MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'`${alert(3)}'

describeInBrowser('hostile input', () => {
  it.each([
    `#/300x200,white,svg,text=${encodeURIComponent(MARKUP)}`,
    `#/300x200,${encodeURIComponent(MARKUP)}`,
    `#/${MARKUP}`,
    '#javascript:alert(1)',
    '#//elsewhere.example/640',
    '#/.//elsewhere.example/640',
    '#/\\elsewhere.example',
    '#/%ZZ%00%ff',
  ])('in the address stays text: %s', async (hash) => {
    const dev = await startDevCli(project())
    const page = await open(`${dev.url}/${hash}`)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.getByText(/^\d{3} · /).waitFor()
    await page.reload()
    await page.getByText(/^\d{3} · /).waitFor()
    expect(await page.locator('img[src="x"], main script, #frame svg').count()).toBe(0)
    expect(asked.filter((url) => !url.startsWith(dev.url) && !/^(blob|data):/.test(url))).toEqual([])
    const alone = await page
      .getByRole('link', { name: 'Open in a new tab' })
      .evaluate((link: HTMLAnchorElement) => link.origin)
    expect(alone).toBe(dev.url)
  })

  it('in a text is drawn and described as text', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url)
    await page
      .getByRole('group', { name: 'Text', exact: true })
      .getByRole('radio', { name: 'Custom' })
      .check()
    for (const format of ['png', 'svg']) {
      await page.getByRole('radio', { name: format }).check()
      await page.getByLabel('Custom text').fill(MARKUP)
      await page.getByLabel('Custom text').press('Enter')
      await pictureOf(page, new RegExp(`format ${format}.*<img src=x onerror`))
      await page.getByText(`200 · image/${format === 'svg' ? 'svg+xml' : 'png'}`).waitFor()
    }
    expect(await page.locator('img[src="x"]').count()).toBe(0)
  })

  it('in a generator’s images, examples, details and errors does no harm', async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" onload="alert(1)"><script>alert(2)</script><foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="alert(3)"/></foreignObject><rect width="10" height="10" fill="red"/></svg>`
    const source = (body: string) =>
      generatorSource(body).replace(
        "version: '1',",
        `version: '1', examples: ['/card/a.svg', ${JSON.stringify(`/card/${MARKUP}.svg`)}, '//elsewhere.example/card'],
         describe: () => ({ ${JSON.stringify(MARKUP)}: ${JSON.stringify(MARKUP)} }),`,
      )
    const good = source(`return { body: ${JSON.stringify(svg)}, contentType: 'image/svg+xml' }`)
    const folder = project({
      'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
      'gen.ts': good,
    })
    const dev = await startDevCli(folder)
    const page = await open(dev.url)
    await pictureOf(page, /<img src=x onerror/)
    await page.getByRole('region', { name: 'Gallery' }).getByRole('button', { name: '/card/a.svg' }).waitFor()
    await page.getByRole('button', { name: '//elsewhere.example/card' }).click()
    await page.getByText(/^404 · /).waitFor()
    const bad = source(`throw new Error(${JSON.stringify(MARKUP)})`)
    writeFileSync(path.join(folder, 'gen.ts'), bad.replace('defineGenerator({', `defineGenerator(${MARKUP}{`))
    await page.getByRole('alert').filter({ hasText: 'The package couldn’t be built' }).waitFor()
    writeFileSync(path.join(folder, 'gen.ts'), bad)
    await page.getByRole('alert').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '/card/a.svg' }).first().click()
    await page.getByText(/^500 · /).waitFor()
    expect(await page.locator('img[src="x"], main script').count()).toBe(0)
  })
})
