// Builds dist/: the tool with esbuild, which is there in every install, and the types that users of the
// package import with tsc, which is there only where genato is developed.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

const { metafile, outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'src/cli.ts',
    index: 'src/index.ts',
    sharp: 'src/sharp.ts',
    'function-child': 'src/local/lambda/child.ts',
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
  write: false,
})
write(outputFiles)
// Only what is left of an earlier build goes, so that a tool that runs meanwhile loses nothing it needs.
for (const name of readdirSync(path.join(root, 'dist')))
  if (name.endsWith('.js') && !metafile.outputs[`dist/${name}`]) rmSync(path.join(root, 'dist', name))

// Node requires it before it runs a function, in every thread.
const preload = await build({
  absWorkingDir: root,
  entryPoints: { 'function-preload': 'src/local/lambda/preload.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
  write: false,
})
write(preload.outputFiles)

// The page of `genato dev`: script and style in one file each, which the server puts into the markup.
const page = await build({
  absWorkingDir: root,
  entryPoints: {
    page: 'src/dev/page/client/main.ts',
    style: 'src/dev/page/client/page.css',
  },
  outdir: 'dist/page',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2023',
  logLevel: 'warning',
  write: false,
})
write([
  ...page.outputFiles,
  {
    path: path.join(root, 'dist/page/page.html'),
    contents: readFileSync(path.join(root, 'src/dev/page/client/page.html')),
  },
])

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

/**
 * Puts each file in its place whole: what runs meanwhile never reads half of one.
 * @param {{ path: string, contents: Uint8Array }[]} files
 */
function write(files) {
  for (const { path: file, contents } of files) {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(`${file}.${process.pid}.tmp`, contents)
    renameSync(`${file}.${process.pid}.tmp`, file)
  }
}
