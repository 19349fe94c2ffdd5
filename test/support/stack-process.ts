import type { Settings } from '../../src/config/types.js'
import { smallPackage, stackRun } from './stack-run.js'

/** What a separate process does to a stack. */
export interface Doing {
  settings: Settings
  /** Arguments of `smallPackage`. Left out: cleanup. */
  deploy?: [code: string, generation: string]
}

const { settings, deploy } = JSON.parse(process.argv[2] ?? '{}') as Doing
const stack = stackRun(settings)
await (deploy ? stack.deploy(smallPackage(...deploy)) : stack.cleanup())
