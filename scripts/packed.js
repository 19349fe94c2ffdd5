// `npm ci` in a clone must build dist/, so package.json has a prepare script. The published package has nothing to
// build. npm packs the package.json on the disk, so this removes the scripts while npm packs.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const manifest = path.join(root, 'package.json')
const kept = path.join(root, '.package.json.kept')

// A saved copy from a killed run is the complete file.
if (existsSync(kept)) renameSync(kept, manifest)
if (process.argv[2] === 'strip') {
  const text = readFileSync(manifest, 'utf8')
  const { scripts: _, ...packed } = JSON.parse(text)
  writeFileSync(kept, text)
  writeFileSync(`${manifest}.tmp`, `${JSON.stringify(packed, null, 2)}\n`)
  renameSync(`${manifest}.tmp`, manifest)
}
