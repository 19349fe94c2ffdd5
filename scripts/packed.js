// `npm ci` in a clone has to build dist/, which npm does for a script named prepare. In the packed package it would
// have nothing to build: npm takes package.json from the disk, so its scripts are left out for that moment.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const manifest = path.join(root, 'package.json')
const kept = path.join(root, '.package.json.kept')

// What a pack that was killed has left is the whole one.
if (existsSync(kept)) renameSync(kept, manifest)
if (process.argv[2] === 'strip') {
  const text = readFileSync(manifest, 'utf8')
  const { scripts: _, ...packed } = JSON.parse(text)
  writeFileSync(kept, text)
  writeFileSync(`${manifest}.tmp`, `${JSON.stringify(packed, null, 2)}\n`)
  renameSync(`${manifest}.tmp`, manifest)
}
