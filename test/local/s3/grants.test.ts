import { describe, expect, it } from 'vitest'
import { GENERATED } from '../../../handler/shared/contract.js'
import type { Files } from '../../../handler/shared/served-files.js'
import { openObjectFolder } from '../../../src/objects/folder.js'
import { executionRolePolicy, functionGrants } from '../../../templates/execution-role.js'
import { deletes, lists, reads, writes } from '../../../templates/grants.js'
import { anyoneReads, distributionReads } from '../../../templates/images-bucket.js'
import type { PolicyDocument } from '../../../templates/policy.js'
import { ask, BUCKET, pathOf, startTestStore, temporaryFolder } from './support.js'

const ACCOUNT = '123456789012'
const METHODS = { GET: 's3:GetObject', HEAD: 's3:GetObject', PUT: 's3:PutObject', DELETE: 's3:DeleteObject' }
const KEYS = [
  'generated/a',
  'generated/gen/a/b.png',
  'generated/',
  'generated',
  'Generated/a',
  'mine.txt',
  'public/a',
  'public/',
  'public',
  'publicly/a',
  'a+(b)/c',
  'aab/c',
  'new\nline',
]
const FILES: Files[] = [true, false, 'public/', 'a+(b)/', 'p*c/', 'gener?ted/']

/** IAM's verdict, written apart from the code under test: these documents have only allowing statements. */
function allows(document: PolicyDocument, action: string, resource: string): boolean {
  return document.Statement.some(
    ({ Action, Resource = [] }) =>
      [Action].flat().includes(action) && [Resource].flat().some((pattern) => fits(pattern, resource)),
  )
}

function fits(pattern: string, text: string): boolean {
  const [first] = pattern
  if (first === undefined) return text === ''
  const rest = pattern.slice(1)
  if (first === '*') return fits(rest, text) || (text !== '' && fits(pattern, text.slice(1)))
  return text !== '' && (first === '?' || first === text[0]) && fits(rest, text.slice(1))
}

describe("the local S3 and the role's policy", () => {
  it.each(FILES)('agree on every key and method with files: %j', async (files) => {
    const grants = functionGrants(BUCKET, files)
    const policy = executionRolePolicy(grants, ACCOUNT)
    const { endpoint } = await startTestStore({ grants: Object.values(grants) })
    for (const key of KEYS) {
      for (const [method, action] of Object.entries(METHODS)) {
        const body = method === 'PUT' ? { body: 'x' } : {}
        const { status } = await ask(endpoint, { method, path: pathOf(key), ...body })
        const allowed = allows(policy, action, `arn:aws:s3:::${BUCKET}/${key}`)
        expect(status !== 403, `${method} ${JSON.stringify(key)}: ${status}`).toBe(allowed)
      }
    }
  })

  it('allow writes below generated/ only', async () => {
    const grants = Object.values(functionGrants(BUCKET, true))
    const { endpoint, folder } = await startTestStore({ grants })
    for (const key of KEYS) await ask(endpoint, { method: 'PUT', path: pathOf(key), body: 'x' })
    const stored = (await folder.list('')).map(({ key }) => key)
    expect(stored.length).toBeGreaterThan(1)
    expect(stored.filter((key) => !key.startsWith(GENERATED))).toEqual([])
  })

  it('tell buckets apart', async () => {
    const folder = await openObjectFolder(await temporaryFolder())
    const { endpoint } = await startTestStore({
      buckets: new Map([
        ['one', folder],
        ['two', folder],
      ]),
      grants: [writes('one', '*'), lists('one'), reads('two', '*'), lists('two')],
    })
    const statusOf = async (method: string, path: string) => {
      const body = method === 'PUT' ? { body: 'x' } : {}
      return (await ask(endpoint, { method, path, ...body })).status
    }
    expect(await statusOf('PUT', '/one/a')).toBe(200)
    expect(await statusOf('PUT', '/two/a')).toBe(403)
    expect(await statusOf('GET', '/one/a')).toBe(403)
    expect(await statusOf('GET', '/two/a')).toBe(200)
  })

  it.each([
    ['PUT', writes(BUCKET, 'a/*')],
    ['DELETE', deletes(BUCKET, 'a/*')],
  ])('let %s test an ETag only for a role that may read it', async (method, grant) => {
    const asked = { method, path: pathOf('a/b'), ...(method === 'PUT' && { body: 'x' }) }
    const other = { ...asked, headers: { 'If-Match': '"other"' } }
    for (const [grants, status] of [
      [[grant], 403],
      [[grant, reads(BUCKET, 'a/*')], 412],
    ] as const) {
      const { endpoint, folder } = await startTestStore({ grants })
      await folder.put('a/b', { body: Buffer.from('y'), contentType: 'a/b' })
      expect((await ask(endpoint, other)).status).toBe(status)
      expect(await folder.head('a/b')).toBeDefined()
      expect((await ask(endpoint, { ...asked, path: pathOf('c') })).status).toBe(403)
      expect((await ask(endpoint, asked)).status).toBe(method === 'PUT' ? 200 : 204)
    }
  })

  it('hide that a key is absent from a role that may not list', async () => {
    const may = [reads(BUCKET, '*'), writes(BUCKET, '*')]
    for (const [grants, status] of [
      [may, 403],
      [[...may, lists('another-bucket')], 403],
      [[...may, lists(BUCKET)], 404],
    ] as const) {
      const { endpoint } = await startTestStore({ grants })
      for (const method of ['GET', 'HEAD'])
        expect((await ask(endpoint, { method, path: pathOf('absent') })).status).toBe(status)
    }
  })

  it.each(FILES)('let viewers read what the function reads, with files: %j', (files) => {
    const [read] = executionRolePolicy(functionGrants(BUCKET, files), ACCOUNT).Statement
    const { Action, Resource } = read!
    expect(distributionReads(BUCKET, files, 'arn:aws:cloudfront::1:distribution/E1')).toMatchObject([
      { Action, Resource },
    ])
    expect(anyoneReads(BUCKET, files)).toMatchObject([{ Action, Resource }])
  })
})
