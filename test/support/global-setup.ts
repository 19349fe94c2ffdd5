import { execFileSync } from 'node:child_process'
import path from 'node:path'

/** Tests run the built tool where they run the tool at all: it has to be of these sources. */
export default function setup(): void {
  const root = path.resolve(import.meta.dirname, '../..')
  execFileSync(process.execPath, [path.join(root, 'scripts', 'build.js')], { cwd: root, stdio: 'inherit' })
}
