/** The function packages that genato builds. */

/** The import that stands for the user's generator in an entry. */
export const GENERATOR = 'genato:generator'

interface PackageDescription {
  name: string
  /**
   * The module that the package is bundled from, as text. Its imports are relative to `handler/`.
   * @param generator the generator's module; `undefined` for the built-in one.
   * @param baked what the function needs from the configuration: handler/shared/package-files.ts `Baked`.
   */
  entry: (generator: string | undefined, baked: object) => string
}

export const PACKAGES = [{ name: 'edge', entry: edgeEntry }] as const satisfies readonly PackageDescription[]

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
