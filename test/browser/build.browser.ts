import { expect, it } from 'vitest'
import { startDevCli } from '../support/cli.js'
import { project } from '../support/project.js'
import { describeInBrowser, open, pictureOf, pixel, urlOf } from './browser.js'

describeInBrowser('building a URL', () => {
  it('with the form shows the image, and explains the response', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url)
    await pictureOf(page, /size 640 × 480 pixels; background #ffffff; format png; .*text Hello World/)
    await page.getByRole('spinbutton', { name: 'Width' }).fill('300')
    await page.getByRole('spinbutton', { name: 'Height' }).fill('200')
    await page.getByLabel('Background: a CSS colour').fill('tomato')
    await page.getByRole('radio', { name: 'webp' }).check()
    await page.getByRole('spinbutton', { name: 'Quality' }).fill('100')
    await page
      .getByRole('group', { name: 'Text', exact: true })
      .getByRole('radio', { name: 'Custom' })
      .check()
    await page.getByLabel('Custom text').fill('Größe, 50%?')
    await page.getByRole('group', { name: 'Text colour' }).getByRole('radio', { name: 'Custom' }).check()
    await page.getByLabel('Text colour: a CSS').fill('#fff')
    await page.keyboard.press('Enter')
    await pictureOf(
      page,
      /300 × 200 pixels; background #ff6347; format webp; .*Größe, 50%\?; text color #ffffff/,
    )
    expect(await urlOf(page)).toBe('/300x200,tomato,webp,text=Gr%C3%B6%C3%9Fe%2C%2050%25%3F,fg=fff,q=100')
    const [red = 0, green = 0, blue = 0] = await pixel(page, 3, 3)
    expect([Math.abs(red - 255), Math.abs(green - 99), Math.abs(blue - 71)].every((off) => off < 6)).toBe(
      true,
    )
    const answer = page.getByRole('region', { name: 'Response' })
    await answer.getByText(/^200 · image\/webp · .+ · 300 × 200 pixels$/).waitFor()
    await answer.getByText('Generated for this request, and stored.').waitFor()
    for (const row of ['lookup', 'render', 'store', 'total, at the edge'])
      await answer.getByRole('row', { name: new RegExp(`^${row}.* \\d.* ms$`) }).waitFor()
    await answer.getByText('Headers').click()
    await answer.getByText('Miss from cloudfront').waitFor()
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await answer.getByText('From the edge cache.').waitFor()
  })

  it('keeps form and field in sync, also over a reload', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url)
    await page.getByLabel('Common sizes').selectOption('1200x630')
    await pictureOf(page, /1200 × 630 pixels/)
    await page.getByRole('radio', { name: '@2x' }).check()
    await pictureOf(page, /2400 × 1260 pixels/)
    await page.getByLabel('Pick the background').fill('#000080')
    await pictureOf(page, /background #000080/)
    expect(await urlOf(page)).toBe('/1200x630@2x,navy,png')
    await page.getByRole('textbox', { name: 'URL' }).fill('/64,avif,text=,#ff000080')
    expect(await page.getByRole('spinbutton', { name: 'Width' }).inputValue()).toBe('64')
    expect(await page.getByRole('spinbutton', { name: 'Height' }).inputValue()).toBe('64')
    expect(await page.getByLabel('Background: a CSS colour').inputValue()).toBe('ff000080')
    expect(await page.getByLabel('Pick the background').inputValue()).toBe('#ff0000')
    expect(await page.getByRole('radio', { name: 'avif' }).isChecked()).toBe(true)
    expect(await page.getByRole('radio', { name: 'None' }).isChecked()).toBe(true)
    await page.getByText('The URL has changed').waitFor()
    await page.getByRole('textbox', { name: 'URL' }).press('Enter')
    await pictureOf(page, /64 × 64 pixels; background #ff000080; format avif/)
    expect(new URL(page.url()).hash).toBe('#/64,avif,text=,%23ff000080')
    await page.reload()
    await pictureOf(page, /64 × 64 pixels/)
    await page.getByRole('textbox', { name: 'URL' }).fill(`${dev.url}/#/32,gold`)
    await page.getByRole('textbox', { name: 'URL' }).press('Enter')
    await pictureOf(page, /32 × 32 pixels; background #ffd700/)
    expect(await urlOf(page)).toBe('/32,gold')
    await page.goBack()
    await pictureOf(page, /64 × 64 pixels/)
    expect(await page.getByRole('radio', { name: 'avif' }).isChecked()).toBe(true)
  })

  it('does not request an image at every key', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url)
    await pictureOf(page, /640 × 480 pixels/)
    await page.getByRole('spinbutton', { name: 'Width' }).pressSequentially('0', { delay: 300 })
    await page.getByText('6400').first().waitFor()
    expect(dev.said()).not.toContain('6400x480')
  })

  it('says what is wrong at the field, and shows the error that a viewer gets', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url)
    const field = page.getByRole('textbox', { name: 'URL' })
    await field.fill('/640x480,whit')
    await page.getByText('BAD_COLOR "whit" is not a colour: did you mean white?').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    const described = await field.getAttribute('aria-describedby')
    expect(await page.locator(`#${described}`).textContent()).toContain('BAD_COLOR')
    await field.press('Enter')
    const answer = page.getByRole('region', { name: 'Response' })
    await answer.getByText(/^400 · text\/plain/).waitFor()
    await answer.getByText('BAD_COLOR: "whit" is not a colour').waitFor()
    await answer.getByText('The function rejected the URL').waitFor()
    await field.fill('/640x480,white')
    await page.getByText('An image.', { exact: true }).waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('false')
  })

  it('keeps what was typed before the page knew its first URL', async () => {
    const dev = await startDevCli(project())
    const page = await open('about:blank')
    await page.route('**/?events', async (route) => {
      await new Promise((resolve) => {
        setTimeout(resolve, 1000)
      })
      await route.continue()
    })
    await page.goto(dev.url)
    await page.getByRole('textbox', { name: 'URL' }).fill('/10,red')
    await page.getByRole('button', { name: '/640x480,white,png' }).waitFor()
    expect(await urlOf(page)).toBe('/10,red')
    await page.getByRole('textbox', { name: 'URL' }).press('Enter')
    await pictureOf(page, /10 × 10 pixels/)
  })

  it('copies the whole URL', async () => {
    const dev = await startDevCli(project())
    const page = await open(dev.url, { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('textbox', { name: 'URL' }).fill('/10,#fff')
    await page.getByRole('button', { name: 'Copy URL' }).click()
    await page
      .getByRole('status')
      .filter({ hasText: `Copied ${dev.url}/10,%23fff` })
      .waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${dev.url}/10,%23fff`)
  })
})
