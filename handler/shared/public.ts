/**
 * The module that `genato` resolves to when a generator is bundled for Lambda: the contract, and the parts of the
 * built-in grammar that help any generator with texts and colours. src/index.ts exports the same.
 */
export { BadRequest, defineGenerator, escapeXml } from './contract.js'
export { contrasting, formatColor, parseColor } from './grammar/color.js'
export { decode, nameCharacter, quote } from './grammar/encoding.js'
