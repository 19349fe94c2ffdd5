import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { startDevCli } from '../support/cli.js'
import { project } from '../support/project.js'
import { describeInBrowser, open, pictureOf, pixel, urlOf } from './browser.js'

/** A generator of squares in one colour: /<n>.svg. */
const source = (
  color: string,
  examples = "['/5.svg', '/10.svg']",
) => `import { defineGenerator } from 'genato'
export default defineGenerator({
  version: '1',
  examples: ${examples},
  parse: (path) => {
    const size = /^\\/(\\d+)\\.svg$/.exec(path)?.[1]
    return size === undefined ? undefined : Number(size)
  },
  format: (size) => \`/\${size}.svg\`,
  describe: (size) => ({ square: size, colour: '${color}' }),
  generate: async (size) => ({
    body: \`<svg xmlns="http://www.w3.org/2000/svg" width="\${size}" height="\${size}"><rect width="100%" height="100%" fill="${color}"/></svg>\`,
    contentType: 'image/svg+xml',
  }),
})
`

function squares() {
  const folder = project({
    'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
    'gen.ts': source('red'),
  })
  return { folder, write: (text: string) => writeFileSync(path.join(folder, 'gen.ts'), text) }
}

describeInBrowser('a custom generator', () => {
  it('has only its examples and the URL field', async () => {
    const dev = await startDevCli(squares().folder)
    const page = await open(dev.url)
    await pictureOf(page, /square 5; colour red/)
    expect(await pixel(page, 2, 2)).toEqual([255, 0, 0, 255])
    await page.getByText('gen.ts', { exact: true }).waitFor()
    expect(await page.getByRole('spinbutton', { name: 'Width' }).isVisible()).toBe(false)
    await page.getByRole('button', { name: '/10.svg', exact: true }).click()
    await pictureOf(page, /square 10/)
    expect(await urlOf(page)).toBe('/10.svg')
    await page.getByRole('textbox', { name: 'URL' }).fill('/7.svg')
    await page.getByText('The URL has changed').waitFor()
    await page.getByText('/7.svg', { exact: true }).waitFor()
    await page.getByRole('textbox', { name: 'URL' }).press('Enter')
    await pictureOf(page, /square 7/)
  })

  it('updates the image, the examples and the gallery when it is edited', async () => {
    const { folder, write } = squares()
    const dev = await startDevCli(folder)
    const page = await open(dev.url)
    await pictureOf(page, /square 5; colour red/)
    await page.getByRole('button', { name: '/10.svg', exact: true }).click()
    await pictureOf(page, /square 10/)
    write(source('lime', "['/6.svg']"))
    await pictureOf(page, /square 10; colour lime/)
    expect(await pixel(page, 2, 2)).toEqual([0, 255, 0, 255])
    await page
      .getByRole('status')
      .filter({ hasText: /^gen\.ts changed · \d+ ms · 2 images dropped$/ })
      .waitFor()
    await page.getByRole('button', { name: '/6.svg', exact: true }).waitFor()
    await page.getByRole('region', { name: 'Gallery' }).getByText('1 image', { exact: true }).waitFor()
  })

  it('is reported as broken, with the place in the source, until it is fixed', async () => {
    const { folder, write } = squares()
    const dev = await startDevCli(folder)
    const page = await open(dev.url)
    await pictureOf(page, /colour red/)
    write(source('red').replace('version:', 'version'))
    const alert = page.getByRole('alert')
    await alert.filter({ hasText: /gen\.ts:3/ }).waitFor()
    const second = await open(dev.url)
    await second
      .getByRole('alert')
      .filter({ hasText: /gen\.ts:3/ })
      .waitFor()
    await pictureOf(second, /colour red/)
    write(source('blue'))
    await alert.waitFor({ state: 'hidden' })
    await second.getByRole('alert').waitFor({ state: 'hidden' })
    await pictureOf(page, /colour blue/)
  })

  it('can replace the built-in one, and be removed again', async () => {
    const { folder } = squares()
    const dev = await startDevCli(folder)
    const page = await open(dev.url)
    await pictureOf(page, /square 5/)
    rmSync(path.join(folder, 'genato.config.json'))
    await page.getByText('built in').waitFor()
    await page.getByRole('spinbutton', { name: 'Width' }).waitFor()
    await page.getByRole('button', { name: '/640x480,white,png', exact: true }).click()
    await pictureOf(page, /640 × 480 pixels/)
  })

  it('that throws shows the viewer’s response and the reason', async () => {
    const { folder, write } = squares()
    write(
      source('red').replace(
        'async (size) => (',
        "async (size) => { throw new Error('out of paint') }, unused: (size) => (",
      ),
    )
    const dev = await startDevCli(folder)
    const page = await open(dev.url)
    await page.getByText(/^500 · /).waitFor()
    await page
      .getByLabel('Reason (shown only here)')
      .filter({ hasText: /out of paint[^]*gen\.ts:/ })
      .waitFor()
    expect(await (await fetch(`${dev.url}/5.svg`)).text()).not.toContain('paint')
  })
})
