import type { Config } from './config/types.js'

export type { Config } from './config/types.js'
export {
  BadRequest,
  defineGenerator,
  escapeXml,
  type Context,
  type Generator,
  type GeneratorStore,
  type Image,
  type Logger,
} from '../handler/contract.js'

/** Gives a configuration its types, and back as it is. */
export function defineConfig(config: Config): Config {
  return config
}
