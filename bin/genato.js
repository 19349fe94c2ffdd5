#!/usr/bin/env node
// Only launches: so that an old Node or a missing build is told in a sentence, not by a stack trace.
import { existsSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)
const cli = new URL('../dist/cli.js', import.meta.url)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`genato needs Node.js 20.19 or later, and this is ${process.versions.node}.`)
  process.exitCode = 1
} else if (!existsSync(cli)) {
  console.error('genato is not built yet: run npm ci in its folder.')
  process.exitCode = 1
} else {
  const { main } = await import(cli.href)
  await main(process.argv)
}
