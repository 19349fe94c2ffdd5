import { expect, it } from 'vitest'
import { startDevCli } from '../support/cli.js'
import { generatorSource, GOOD_BODY, project } from '../support/project.js'
import { describeInBrowser, open, pictureOf, urlOf } from './browser.js'

const withGenerator = (body: string) =>
  project({
    'genato.config.json': '{ "generate": { "generator": "./gen.ts" } }',
    'gen.ts': generatorSource(body),
  })

describeInBrowser('the response', () => {
  it('of a crashed function begins with the reason, and folds CloudFront’s page', async () => {
    const dev = await startDevCli(withGenerator('process.exit(3)'))
    const page = await open(`${dev.url}/#/card/a.svg`)
    const answer = page.getByRole('region', { name: 'Response' })
    await answer.getByText(/^503 · text\/html/).waitFor()
    await answer.getByText('The function failed before it responded').waitFor()
    const reason = answer.getByLabel('Reason (shown only here)')
    expect(await reason.textContent()).toMatch(/\w/)
    const viewers = answer.getByText('503 ERROR')
    expect(await viewers.isVisible()).toBe(false)
    const fold = answer.getByText('What the viewer sees')
    expect((await reason.boundingBox())?.y).toBeLessThan((await fold.boundingBox())?.y ?? 0)
    await fold.click()
    expect(await viewers.isVisible()).toBe(true)
  })

  it('of a missing file says that the function looked into the bucket', async () => {
    const dev = await startDevCli(project())
    const page = await open(`${dev.url}/#/files/logo.png`)
    await page.getByText('The function looked into the bucket: there is no such object.').waitFor()
    await page.getByText('The form can’t show this URL.').waitFor()
    expect(await page.getByRole('spinbutton', { name: 'Width' }).inputValue()).toBe('640')
    await page.getByRole('spinbutton', { name: 'Width' }).fill('20')
    await page.getByText('The form can’t show this URL.').waitFor({ state: 'hidden' })
    expect(await urlOf(page)).toBe('/20x480,white,png')
  })

  it.each(['/', '', 'http://example.com'])('to “%s” is this page, which is not requested', async (typed) => {
    const dev = await startDevCli(project())
    const page = await open(`${dev.url}/#/20,red`)
    await pictureOf(page, /20 × 20 pixels/)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url().replace(dev.url, '')))
    await page.getByRole('textbox', { name: 'URL' }).fill(typed)
    await page.getByRole('textbox', { name: 'URL' }).press('Enter')
    const answer = page.getByRole('region', { name: 'Response' })
    await answer.getByText('On AWS the response is 404.').waitFor()
    expect(await answer.getByText('Headers').isVisible()).toBe(false)
    expect(await answer.getByText('Generated for this request').isVisible()).toBe(false)
    // By then, the gallery is filled.
    expect(asked.filter((url) => !/^\/\?(gallery|stored)=/.test(url))).toEqual([])
  })

  it('is not mistaken for the previous one while it is awaited, and claims nothing in advance', async () => {
    const slow = `await new Promise((resolve) => setTimeout(resolve, name === 'b' ? 2000 : 0)); ${GOOD_BODY}`
    const dev = await startDevCli(withGenerator(slow))
    const page = await open(`${dev.url}/#/card/a.svg`)
    const answer = page.getByRole('region', { name: 'Response' })
    const made = answer.getByText('Generated for this request')
    await made.waitFor()
    await page.evaluate(`{
      window.seen = []
      new MutationObserver(() => seen.push(document.getElementById('cache').textContent))
        .observe(document.getElementById('cache'), { childList: true })
    }`)
    await page.getByRole('textbox', { name: 'URL' }).fill('/card/b.svg')
    await page.getByRole('textbox', { name: 'URL' }).press('Enter')
    await answer.getByText('Waiting for /card/b.svg').waitFor()
    expect(await answer.getAttribute('aria-busy')).toBe('true')
    expect(await made.isVisible()).toBe(false)
    expect(await answer.getByRole('row', { name: 'render' }).isVisible()).toBe(false)
    await answer.getByText(/^200 · image\/svg/).waitFor()
    await made.waitFor()
    expect(await answer.getAttribute('aria-busy')).toBe('false')
    expect(await page.evaluate<string[]>('seen')).not.toContainEqual(
      expect.stringContaining('came from the bucket'),
    )
  })
})

describeInBrowser('going back', () => {
  it('shows the previous URL, and showing a URL again adds no step', async () => {
    const dev = await startDevCli(project())
    const page = await open(`${dev.url}/#/20,red`)
    await pictureOf(page, /20 × 20 pixels/)
    const steps = await page.evaluate<number>('history.length')
    const field = page.getByRole('textbox', { name: 'URL' })
    await field.fill('/30,navy')
    await field.press('Enter')
    await pictureOf(page, /30 × 30 pixels/)
    await field.press('Enter')
    await page.getByText('From the edge cache').waitFor()
    await page.getByRole('radio', { name: 'webp' }).check()
    await pictureOf(page, /format webp/)
    await field.fill('/640')
    expect(await page.evaluate('history.length')).toBe(steps + 2)
    await page.goBack()
    await pictureOf(page, /30 × 30 pixels.*format png/)
    await page.goBack()
    await pictureOf(page, /20 × 20 pixels/)
    expect(await urlOf(page)).toBe('/20,red')
    expect(await page.getByRole('spinbutton', { name: 'Width' }).inputValue()).toBe('20')
    await page.goForward()
    await pictureOf(page, /30 × 30 pixels/)
  })
})

describeInBrowser('a mention', () => {
  it('disappears after a while, or when something else happens', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url, { permissions: ['clipboard-write'] })
    const copied = page.getByRole('status').filter({ hasText: 'Copied' })
    await page.getByRole('button', { name: 'Copy URL' }).click()
    await copied.waitFor()
    await page.getByRole('textbox', { name: 'URL' }).fill('/64')
    expect(await copied.count()).toBe(0)
    await page.getByRole('button', { name: 'Copy URL' }).click()
    await copied.waitFor()
    await expect.poll(() => copied.count(), { timeout: 10_000 }).toBe(0)
  })
})
