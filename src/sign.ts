/**
 * `genato/sign`: one file without imports, for Node, Deno, Bun, Workers and browsers.
 * docs/signing.md describes the algorithm.
 */
export { signPath, type SignOptions } from '../handler/shared/pictures/sign.js'
export { SigningError } from '../handler/shared/pictures/signing-error.js'
