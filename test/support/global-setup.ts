import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/**
 * Tests of the command line run the built tool, so it is built from the current sources. sharp's code for Lambda is
 * downloaded first, so that only the tests about downloads see one.
 */
export default function setup(): void {
  const root = path.resolve(import.meta.dirname, '../..')
  execFileSync(process.execPath, [path.join(root, 'scripts', 'build.js')], { cwd: root, stdio: 'inherit' })
  const cwd = mkdtempSync(path.join(os.tmpdir(), 'genato-setup-'))
  try {
    execFileSync(process.execPath, [path.join(root, 'bin', 'genato.js'), 'package'], {
      cwd,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}
