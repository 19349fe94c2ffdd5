import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { signPath } from '../../../handler/shared/pictures/sign.js'
import { gateCode } from '../../../src/package/gate.js'
import { tempFolder } from '../../support/project.js'
import { KEYS, SIZES, TOKENS } from './cases.js'
import { CURRENT, gateEvent, MOUNTS, openGate, PREVIOUS, readResult } from './support.js'

/**
 * CloudFront's engine is njs or descends from it, and differs from Node's: in it, `$` matches before a line feed at the
 * end, and `list.filter(Boolean)` throws. Debian and Ubuntu have it as the package `njs`.
 */
const NJS = hasNjs()

function hasNjs(): boolean {
  try {
    execFileSync('njs', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs the gate on each event in one process of njs. */
function runInNjs(code: string, events: readonly object[]): unknown[] {
  const file = path.join(tempFolder(), 'gate.js')
  const lines = `var EVENTS = ${JSON.stringify(events)}\nEVENTS.forEach(function (event) { console.log(JSON.stringify(handler(event))) })`
  writeFileSync(file, `${code}\n${lines}\n`)
  const output = execFileSync('njs', [file], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

describe.skipIf(!NJS)('in njs, the gate answers as in Node', () => {
  test('for every size, token and key, in pairs too', async () => {
    const paths = [
      ...TOKENS.flatMap((one, index) =>
        TOKENS.slice(index).map((other) => `/photos/40x30,${one},${other}/a`),
      ),
      ...SIZES.flatMap((size) => [`/photos/${size}/a`, `/photos/${size},auto/a`, `/photos/${size}`]),
      ...KEYS.flatMap((key) => [`/photos/40x30/${key}`, `/photos/${key}`, `/hidden/${key}`, key]),
      ...['400x300,webp', '400x301', '800x,auto'].map((operations) => `/listed/${operations}/a`),
    ]
    const accept = { headers: { accept: { value: 'image/avif;q=0,image/webp,*/*', multiValue: [] } } }
    await expectSame(paths.map((one) => [one, accept]))
  }, 60_000)

  test('for signatures', async () => {
    const right = await Promise.all(
      [CURRENT, PREVIOUS].flatMap((key) =>
        ['/signed/40x30,webp/a%20b', '/signed/a,b%2Cc', '/signed/%C3%A9/x'].flatMap((one) =>
          [undefined, '1h'].map(async (expires) => signPath(one, { key, expires })),
        ),
      ),
    )
    const urls = right.flatMap((url) => [
      url,
      url.slice(0, -1),
      `${url}A`,
      url.replace('signed', 'other'),
      url.replace('sig', 'SIG'),
    ])
    await expectSame(
      urls.map((url) => {
        const [one = '', query = ''] = url.split('?')
        const pairs = query.split('&').map((pair) => pair.split('='))
        return [
          one,
          { querystring: Object.fromEntries(pairs.map(([name = '', value = '']) => [name, { value }])) },
        ]
      }),
    )
  })

  test('for events without anything in them', async () => {
    const code = await gateCode({ mounts: MOUNTS, keys: [CURRENT] })
    for (const result of runInNjs(code, [{}, { request: {} }, { request: { uri: 5 } }]))
      expect(readResult(result)).toMatchObject({ status: 403, code: 'BAD_SIGNATURE' })
  })
})

async function expectSame(requests: readonly (readonly [uri: string, rest: object])[]): Promise<void> {
  const gate = await openGate()
  const code = await gateCode({ mounts: MOUNTS, keys: [CURRENT, PREVIOUS] })
  const results = runInNjs(
    code,
    requests.map(([uri, rest]) => gateEvent(uri, rest)),
  )
  expect(results).toHaveLength(requests.length)
  const different: object[] = []
  for (const [index, [uri, rest]] of requests.entries()) {
    const [here, there] = [await gate(uri, rest), readResult(results[index])]
    if (there.uri !== here.uri || there.code !== here.code || there.status !== here.status)
      different.push({ uri, here, there })
  }
  expect(different).toEqual([])
}
