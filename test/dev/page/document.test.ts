import http from 'node:http'
import { describe, expect, it } from 'vitest'
import { ABOUT, servePage } from './server.js'

const json = async (url: string): Promise<unknown> => (await fetch(url)).json()

describe('the document', () => {
  it('runs only its own script, and can’t be cached, sniffed or framed', async () => {
    const { url } = await servePage()
    const response = await fetch(`${url}/`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; /)
    expect(policy).toContain(
      "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    )
    const html = await response.text()
    expect(html).not.toMatch(/<!--(style|script|examples)-->|https?:\/\/(?!www\.w3\.org)/)
  })

  it('links to the examples without JavaScript, escaped, and only on this server', async () => {
    const examples = ['/a"><script>alert(1)</script>', '//elsewhere.example/', 'javascript:alert(1)', '/$&']
    const { url } = await servePage({ about: () => ({ ...ABOUT, examples }) })
    const html = await (await fetch(url)).text()
    expect(html).toContain('<a href="/a&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">')
    expect(html).toContain('<a href="/$&amp;">')
    expect(html).not.toMatch(/elsewhere\.example|href="javascript/)
  })

  it.each([['no list'], [['/a', 1, null]]])('accepts %j as examples', async (examples) => {
    const about = () => ({ ...ABOUT, examples: examples as string[] })
    const { url } = await servePage({ about })
    expect((await fetch(url)).status).toBe(200)
    const shown = Array.isArray(examples) ? ['/a'] : []
    expect(await json(`${url}/?state`)).toMatchObject({ about: { examples: shown } })
  })

  it.each([
    ['GET', '/', 200],
    ['HEAD', '/', 200],
    ['GET', '/?utm=1', 200],
    ['GET', '/?', 200],
    ['GET', '/?constructor', 200],
    ['HEAD', '/?events', 200],
    ['POST', '/', 418],
    ['OPTIONS', '/', 418],
    ['GET', '/index.html', 418],
    ['GET', '//', 418],
    ['GET', '/640?state', 418],
    ['GET', '/%3Fstate', 418],
  ])('%s %s: %i (418: not the page’s)', async (method, target, status) => {
    const { url } = await servePage()
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(url)
      const request = http.request({ host: '127.0.0.1', port, path: target, method }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode))
      })
      request.on('error', reject).end()
    })
    expect(answered).toBe(status)
  })
})
