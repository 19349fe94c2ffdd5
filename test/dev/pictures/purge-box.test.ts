import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { answerPurges, askToForget } from '../../../src/dev/pictures/purge-box.js'
import type { Chosen } from '../../../src/dev/pictures/renditions.js'
import { tempFolder } from '../../support/project.js'

async function answering(data: string): Promise<Chosen[]> {
  const forgotten: Chosen[] = []
  const box = await answerPurges(data, (chosen) => void forgotten.push(chosen))
  onTestFinished(() => box.close())
  return forgotten
}

it('a request reaches whoever answers, once', async () => {
  const data = tempFolder()
  const forgotten = await answering(data)
  const requests: Chosen[] = [
    { mount: 'photos', key: 'a b.jpg' },
    { mount: 'photos', prefix: '' },
  ]
  for (const request of requests) expect(await askToForget(data, request)).toBe(true)
  expect(forgotten).toEqual(requests)
  expect(readdirSync(path.join(data, 'purge'))).toEqual([])
})

it('without anyone to answer, a request is taken back', async () => {
  const data = tempFolder()
  expect(await askToForget(data, { mount: 'photos', key: 'a.jpg' })).toBe(false)
  expect(readdirSync(path.join(data, 'purge'))).toEqual([])
})

it('what is no request is thrown away, and old requests are not answered', async () => {
  const data = tempFolder()
  const box = path.join(data, 'purge')
  mkdirSync(box)
  writeFileSync(path.join(box, 'old.json'), '{ "mount": "photos", "key": "a.jpg" }')
  const forgotten = await answering(data)
  for (const text of ['', '[', 'null', '5', '{ "mount": 5 }', '{ "mount": "photos" }'])
    writeFileSync(path.join(box, `${text.length}.json`), text)
  expect(await askToForget(data, { mount: 'photos', key: 'b.jpg' })).toBe(true)
  expect(forgotten).toEqual([{ mount: 'photos', key: 'b.jpg' }])
})
