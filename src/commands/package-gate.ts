import path from 'node:path'
import { loadSettings, type Overrides } from '../config/load.js'
import { usageError } from '../lib/errors.js'
import { readablePath } from '../lib/readable-path.js'
import { count } from '../lib/text.js'
import { saveFile } from '../lib/whole-files.js'
import { workFolder } from '../lib/work-folder.js'
import { gateCost } from '../package/gate-cost.js'
import { gateCode, LARGEST_GATE } from '../package/gate.js'
import type { Reporter } from '../reporter/reporter.js'

/** As long as keys are, so that the size is right. */
const PLACEHOLDERS = ['CURRENT-KEY', 'PREVIOUS-KEY'].map((name) => name.padEnd(43, '-'))

/**
 * `genato package gate`: the code of the mounts' CloudFront Function, with placeholders for the signing keys.
 * @throws GenatoError NO_MOUNTS, GATE_TOO_LARGE
 */
export async function packageGate(
  args: { out?: string },
  overrides: Overrides,
  reporter: Reporter,
): Promise<void> {
  const cwd = process.cwd()
  const settings = await loadSettings(cwd, overrides)
  const { mounts } = settings.originals
  if (mounts.length === 0)
    throw usageError(
      'NO_MOUNTS',
      'The configuration has no originals.mounts, so there is no gate.',
      "Add one: originals: { mounts: { photos: { allow: 'any' } } }",
    )
  const signed = mounts.some(({ allow }) => allow === 'signed')
  const code = await gateCode({ mounts, keys: signed ? PLACEHOLDERS : [] })
  const out = path.resolve(cwd, args.out ?? path.join(await workFolder(settings.root), 'gate.js'))
  await saveFile(out, Buffer.from(code), 'Name another file with --out.')
  const bytes = Buffer.byteLength(code)
  const cost = gateCost(signed)
  const rows = [
    ['gate', readablePath(out)],
    ['mounts', mounts.map(({ name }) => name).join(', ')],
    ['size', `${bytes} of ${LARGEST_GATE} bytes, ${Math.round((100 * bytes) / LARGEST_GATE)} %`],
    [
      'compute',
      `about ${cost.usual} % of CloudFront's limit for a usual URL, ${cost.longest} % for a long one`,
    ],
    ['', 'estimated: 6 % for starting, and 1 % for each 10 µs that njs 0.7.9 takes for it'],
    ...(signed ? [['keys', `${count(PLACEHOLDERS.length, 'placeholder')}: the real ones are secret`]] : []),
  ]
  reporter.result(rows.map(([title = '', value = '']) => `${title.padEnd(10)}  ${value}`).join('\n'), {
    name: 'gate',
    file: path.relative(cwd, out),
    mounts: mounts.map(({ name }) => name),
    bytes,
    largestBytes: LARGEST_GATE,
    computePercent: cost,
  })
}
