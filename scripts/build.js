// Builds dist/: the tool with esbuild, which every installation has, and the types that users import with tsc, which
// only a development installation has.
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

// For every runtime with WebCrypto: one file, which neither imports anything nor needs Node.
const sign = await build({
  absWorkingDir: root,
  entryPoints: { sign: 'src/sign.ts' },
  outdir: 'dist',
  bundle: true,
  platform: 'neutral',
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
  metafile: true,
  write: false,
})
write(sign.outputFiles)

const written = { ...metafile.outputs, ...sign.metafile.outputs }
// Deletes only leftovers of an earlier build, so that a running tool keeps its files.
for (const name of readdirSync(path.join(root, 'dist')))
  if (name.endsWith('.js') && !written[`dist/${name}`]) rmSync(path.join(root, 'dist', name))

// Node loads it in every thread, before it runs a function.
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

// The page of `genato dev`: one script and one style sheet, which the server inserts into the markup.
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
// TypeScript may be installed alone, as an optional peer of another package.
if (existsSync(tsc) && existsSync(path.join(modules, '@types', 'node'))) {
  const { bin } = createRequire(import.meta.url)(tsc)
  const compiler = path.join(path.dirname(tsc), typeof bin === 'string' ? bin : bin.tsc)
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' })
} else {
  console.log('dist/types is not built: TypeScript is not installed (npm ci without --omit=dev brings it).')
}

/**
 * Replaces each file atomically, so that a running tool never reads half of one.
 * @param {{ path: string, contents: Uint8Array }[]} files
 */
function write(files) {
  for (const { path: file, contents } of files) {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(`${file}.${process.pid}.tmp`, contents)
    renameSync(`${file}.${process.pid}.tmp`, file)
  }
}
