import { once } from 'node:events'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createHttpsAgent, proxyFor } from '../../src/aws/proxy.js'
import { explainAwsError } from '../../src/aws/explain.js'
import { project } from '../support/project.js'

test.each([
  ['s3.amazonaws.com', {}, undefined],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://proxy:3128' }, 'http://proxy:3128/'],
  ['s3.amazonaws.com', { https_proxy: 'proxy:3128' }, 'http://proxy:3128/'],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'a.test, .amazonaws.com' }, undefined],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'amazonaws.com' }, undefined],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'zonaws.com' }, 'http://p/'],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://p', no_proxy: '*' }, undefined],
  ['s3.amazonaws.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 's3.amazonaws.com:8443' }, 'http://p/'],
])('%s with %o goes through %s', (host, env, proxy) => {
  expect(proxyFor(host, 443, env)?.href).toBe(proxy)
})

/** A server with its own certificate, and a proxy that records its connections. */
async function behindProxy(answer: (target: string) => boolean) {
  const cwd = project({})
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(cwd, name)) as [string, string]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      ...subject,
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  )
  const ca = readFileSync(cert)
  const server = https.createServer({ key: readFileSync(key), cert: ca }, (_, response) =>
    response.end('there'),
  )
  const asked: { target: string; login: string | undefined }[] = []
  const proxy = http.createServer()
  proxy.on('connect', (request, client) => {
    const target = request.url ?? ''
    asked.push({ target, login: request.headers['proxy-authorization'] })
    if (!answer(target)) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const [host, port] = target.split(':')
    const upstream = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client).pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    client.on('error', () => upstream.destroy())
  })
  for (const one of [server, proxy]) {
    one.listen(0, '127.0.0.1')
    await once(one, 'listening')
    onTestFinished(() => {
      one.close()
      one.closeAllConnections()
    })
  }
  process.env['HTTPS_PROXY'] = `http://user:se%40cret@127.0.0.1:${(proxy.address() as AddressInfo).port}`
  onTestFinished(() => void delete process.env['HTTPS_PROXY'])
  const agent = createHttpsAgent()
  onTestFinished(() => agent.destroy())
  const get = async () =>
    new Promise<string>((resolve, reject) => {
      const { port } = server.address() as AddressInfo
      const request = https.get({ agent, host: 'localhost', port, ca }, (response) => {
        response.setEncoding('utf8').once('data', resolve)
      })
      request.once('error', reject)
    })
  return { get, asked, target: `localhost:${(server.address() as AddressInfo).port}` }
}

test("a connection goes through the proxy, checks the server's certificate, and is reused", async () => {
  const { get, asked, target } = await behindProxy(() => true)
  expect(await get()).toBe('there')
  expect(await get()).toBe('there')
  const login = `Basic ${Buffer.from('user:se@cret').toString('base64')}`
  expect(asked).toEqual([{ target, login }])
})

test('the error names a proxy that refuses, with its status', async () => {
  const { get, target } = await behindProxy(() => false)
  await expect(get()).rejects.toThrow(`refused a connection to ${target}: 407`)
})

test('the error for a profile that needs a code says how to get credentials with it', () => {
  const message = 'Profile work requires multi-factor authentication, but no MFA code callback was provided.'
  const error = Object.assign(new Error(message), { name: 'CredentialsProviderError' })
  expect(explainAwsError(error)).toMatchObject({
    code: 'MFA_NEEDED',
    message: expect.stringContaining(message) as string,
    hint: expect.stringContaining('sts get-session-token') as string,
  })
})
