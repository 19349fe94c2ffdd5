import { expect, test } from 'vitest'
import { gateCode, LARGEST_GATE, type GateMount } from '../../../src/package/gate.js'
import { CURRENT, gateMount, PREVIOUS } from './support.js'

const NAMES =
  'photos avatars products banners covers teams news events shops menus rooms cars maps icons logos art books films games docs'.split(
    ' ',
  )
/** As a site has them: a thumbnail, a tile and a picture for each screen. */
const LIST = ['160x160_smart_auto', '480x_auto', '960x_auto', '1600x_auto']

test('20 mounts fit, each with its own list or signed', async () => {
  const mounts = NAMES.map((name, index): GateMount => {
    const allow = (['any', 'signed', LIST] as const)[index % 3]!
    return gateMount(name, { allow })
  })
  const bytes = (await gateCode({ mounts, keys: [CURRENT, PREVIOUS] })).length
  console.log(`gate of ${mounts.length} mounts: ${bytes} of ${LARGEST_GATE} bytes`)
  expect(mounts).toHaveLength(20)
  expect(bytes).toBeLessThanOrEqual(LARGEST_GATE)
})

test('a gate that is too large is refused, and names the mount with the longest list', async () => {
  const long = Array.from({ length: 300 }, (_, index) => `${index + 100}x_auto`)
  const mounts = [gateMount('few', { allow: LIST }), gateMount('many', { allow: long })]
  await expect(gateCode({ mounts, keys: [] })).rejects.toMatchObject({
    code: 'GATE_TOO_LARGE',
    message: expect.stringMatching(
      /^The gate would be \d+ bytes long, and CloudFront takes 10240: the longest list is originals\.mounts\.many\.allow, with 300 entries\.$/,
    ),
  })
})
