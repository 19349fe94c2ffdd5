import { onTestFinished } from 'vitest'
import type { ClientOptions } from '../../src/aws/clients.js'
import type { Config } from '../../src/config/types.js'
import { loadSettings } from '../../src/config/load.js'
import { project } from './project.js'
import { stackRun, type StackRun } from './stack-run.js'

export { smallPackage, type StackRun } from './stack-run.js'

export interface StackOptions {
  /** The AWS endpoint: moto, or a proxy in front of it. */
  endpoint: string
  config?: Config
  client?: ClientOptions
  signal?: AbortSignal
}

/** Runs the commands of a stack in this process, over real HTTP, without waiting. */
export async function stackOn({ endpoint, config = {}, client, signal }: StackOptions): Promise<StackRun> {
  useEndpoint(endpoint)
  const cwd = project({ 'genato.config.json': JSON.stringify(config) })
  return stackRun(await loadSettings(cwd), { client, signal })
}

const VARIABLES = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nowhere',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
}

/** An environment in which the tool reaches only the account there. */
export function awsEnvironment(endpoint: string): Record<string, string> {
  return { ...VARIABLES, AWS_ENDPOINT_URL: endpoint }
}

/** Directs the SDK to this endpoint until the test ends. */
function useEndpoint(endpoint: string): void {
  const before = { ...process.env }
  Object.assign(process.env, awsEnvironment(endpoint))
  onTestFinished(() => {
    for (const name of [...Object.keys(VARIABLES), 'AWS_ENDPOINT_URL'])
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
  })
}
