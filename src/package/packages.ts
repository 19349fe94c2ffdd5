/** The function packages that genato builds. */

import type { Settings } from '../config/types.js'
import { edgeContent } from './edge-package.js'
import { GENERATOR } from './generator-import.js'
import { imagesContent } from './images-package.js'
import type { PackageContent } from './package-content.js'

interface PackageDescription {
  name: string
  content: (settings: Settings) => Promise<PackageContent>
  /**
   * The module that the package is bundled from, as text. Its imports are relative to `handler/`.
   * @param generator the generator's module; `undefined` for the built-in one.
   * @param baked what the function needs from the configuration: `Baked` of handler/shared/package-files.ts, or
   * `BakedImages` of handler/images/service.ts.
   */
  entry: (generator: string | undefined, baked: object) => string
}

export const PACKAGES = [
  { name: 'edge', content: edgeContent, entry: edgeEntry },
  { name: 'images', content: imagesContent, entry: imagesEntry },
] as const satisfies readonly PackageDescription[]

export type PackageName = (typeof PACKAGES)[number]['name']

export function packageNamed(name: PackageName): PackageDescription {
  const found = PACKAGES.find((one) => one.name === name)
  if (!found) throw new Error(`There is no package ${name}.`)
  return found
}

function edgeEntry(generator: string | undefined, baked: object): string {
  const own = generator
    ? `import generator from '${GENERATOR}'
const make = () => generator`
    : `import { builtinGenerator } from './shared/image/builtin.js'
const make = ({ font, context }) => builtinGenerator({ ...baked, fontFile: context.fontFile, font })`
  return `const baked = ${JSON.stringify(baked)}
${own}
import { createService } from './edge/service.js'
export const { handler, generation, cached, examples, explain, render } = createService(make, baked, __dirname)
`
}

function imagesEntry(_: string | undefined, baked: object): string {
  return `import { createImages } from './images/service.js'
export const { handler, mounts, explain, render } = createImages(${JSON.stringify(baked)}, __dirname)
`
}
