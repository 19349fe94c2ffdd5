// Builds dist/: the tool with esbuild, which is there in every install, and the types that users of the
// package import with tsc, which is there only where genato is developed.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'src/cli.ts',
    index: 'src/index.ts',
    'function-child': 'src/edge/function/child.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
  metafile: true,
})
// Only what is left of an earlier build goes, so that a tool that runs meanwhile loses nothing it needs.
for (const name of readdirSync(path.join(root, 'dist')))
  if (name.endsWith('.js') && !metafile.outputs[`dist/${name}`]) rmSync(path.join(root, 'dist', name))

// The page of `genato dev`: script and style in one file each, which the server puts into the markup.
await build({
  absWorkingDir: root,
  entryPoints: {
    page: 'src/edge/page/client/main.ts',
    style: 'src/edge/page/client/page.css',
  },
  outdir: 'dist/page',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2023',
  logLevel: 'warning',
})
copyFileSync(path.join(root, 'src/edge/page/client/page.html'), path.join(root, 'dist/page/page.html'))

const modules = path.join(root, 'node_modules')
const tsc = path.join(modules, 'typescript', 'package.json')
// TypeScript may be there alone, as another package's optional peer.
if (existsSync(tsc) && existsSync(path.join(modules, '@types', 'node'))) {
  const { bin } = createRequire(import.meta.url)(tsc)
  const compiler = path.join(path.dirname(tsc), typeof bin === 'string' ? bin : bin.tsc)
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' })
} else {
  console.log('dist/types is not built: TypeScript is not installed (npm ci without --omit=dev brings it).')
}
