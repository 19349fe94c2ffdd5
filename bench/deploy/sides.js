// @ts-check
import path from 'node:path'
import { run, runForJson } from '../lib/children.js'
import { benchFile, ROOT } from '../lib/places.js'

/** @typedef {import('./aws-cli.js').AwsCli} AwsCli */
/** @typedef {import('./stand-in.js').StandIn} StandIn */

/**
 * @typedef {object} Setting
 * @property {StandIn} standIn
 * @property {AwsCli | undefined} cli
 * @property {string} project the folder that genato runs in, with a built package.
 * @property {string} zip the same package, for the other sides.
 */

/** @typedef {{ own: number, together: number }} Peak bytes of genato's process, and with its children. */

/**
 * @typedef {object} Sides each runs a whole deploy, and returns its milliseconds.
 * @property {() => Promise<number>} genato
 * @property {() => Promise<number>} aws
 * @property {() => Promise<number>} oneByOne
 * @property {() => Promise<Peak>} genatoPeak
 * @property {() => Promise<void>} forget empties the account, and rolls distributions out at once.
 * @property {() => number} awsCalls the number of calls in the last run of `aws`.
 */

const STACK = 'genato'
const GENATO = [path.join(ROOT, 'bin', 'genato.js'), 'deploy', '--yes']
/** The operations of every side on an empty account. */
const MADE = [
  'CreateRole',
  'PutRolePolicy',
  'PutObject',
  'CreateFunction',
  'CreateOriginAccessControl',
  'CreateDistributionWithTags',
]
/** The script's operations in every later run. */
const REDONE = [
  'PutObject',
  'UpdateFunctionCode',
  'PublishVersion',
  'UpdateDistribution',
  'CreateInvalidation',
]

/** @param {Setting} setting @returns {Sides} */
export function sidesOf({ standIn: { moto, proxy }, cli, project, zip }) {
  const env = environment(proxy.endpoint)
  const awsEnv = { ...env, PATH: [cli?.folder, env['PATH']].join(path.delimiter) }
  let empty = false
  let awsCalls = 0

  /** @param {readonly string[]} due @param {() => Promise<number>} deploy */
  const checked = async (due, deploy) => {
    const first = empty
    const before = proxy.calls.length
    const ms = await deploy()
    empty = false
    const done = new Set(proxy.calls.slice(before).map(({ operation }) => operation))
    const missing = (first ? MADE : due).filter((operation) => !done.has(operation))
    if (missing.length > 0) throw new Error(`A deploy has left out ${missing.join(', ')}.`)
    return ms
  }

  return {
    genato: async () =>
      checked([], async () => (await run(process.execPath, GENATO, { env, cwd: project })).ms),
    aws: async () =>
      checked(REDONE, async () => {
        const { ms, stdout } = await run('bash', [benchFile('deploy/baseline.sh'), STACK, zip], {
          env: awsEnv,
        })
        awsCalls = stdout.match(/^aws /gm)?.length ?? 0
        return ms
      }),
    oneByOne: async () =>
      checked(
        REDONE,
        async () =>
          (await run(process.execPath, [benchFile('deploy/one-by-one.js'), STACK, zip], { env })).ms,
      ),
    genatoPeak: async () =>
      runForJson(process.execPath, [benchFile('deploy/peak.js'), ...GENATO], { env, cwd: project }),
    forget: async () => {
      await moto.reset()
      await moto.settings({ distribution_reads: 0 })
      proxy.clear()
      empty = true
    },
    awsCalls: () => awsCalls,
  }
}

/**
 * An environment that leads to the stand-in, without the user's settings for AWS.
 * @param {string} endpoint
 * @returns {NodeJS.ProcessEnv}
 */
function environment(endpoint) {
  const others = Object.entries(process.env).filter(([name]) => !/^AWS_|^GENATO_STACK$|_proxy$/i.test(name))
  const nowhere = path.join(ROOT, '.cache', 'no-such-file')
  return {
    ...Object.fromEntries(others),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}
