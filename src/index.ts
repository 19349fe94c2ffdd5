import type { Config } from './config/types.js'

export type { Config } from './config/types.js'
export {
  BadRequest,
  defineGenerator,
  escapeXml,
  type Context,
  type FontCoverage,
  type Generator,
  type GeneratorStore,
  type Image,
  type Logger,
} from '../handler/shared/contract.js'

export type { Detail } from '../handler/shared/explanation.js'
export { contrasting, formatColor, parseColor, type Color } from '../handler/shared/grammar/color.js'
export { decode, nameCharacter, quote } from '../handler/shared/grammar/encoding.js'

/** Gives a configuration its types, and back as it is. */
export function defineConfig(config: Config): Config {
  return config
}
