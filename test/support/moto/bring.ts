import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ROOT } from '../project.js'

/** A Python with moto, or the reason why there is none. */
export type Brought = { python: string } | { missing: string }

declare module 'vitest' {
  interface ProvidedContext {
    moto: Brought
  }
}

const CACHE = path.join(ROOT, '.cache')
const REQUIREMENTS = path.join(import.meta.dirname, 'requirements.txt')
const INTERPRETER =
  'import sys; print(sys.executable, sys.version, sep="\\n"); sys.exit(sys.version_info < (3, 10))'

/** Installs moto into a virtual environment, once for these requirements and this Python. */
export function bringMoto(): Brought {
  const python = findPython()
  if (python === undefined)
    return { missing: 'Python 3.10 or newer was not found as $PYTHON, python3 or python.' }
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).update(python.identity)
  const venv = path.join(CACHE, `moto-${hash.digest('hex').slice(0, 12)}`)
  removeAbandoned()
  if (!existsSync(interpreter(venv))) {
    const missing = install(python.executable, venv)
    if (missing !== undefined) return { missing }
  }
  return { python: interpreter(venv) }
}

function findPython(): { executable: string; identity: string } | undefined {
  for (const name of [process.env['PYTHON'], 'python3', 'python']) {
    if (name === undefined || name === '') continue
    const tried = spawnSync(name, ['-c', INTERPRETER], { encoding: 'utf8' })
    if (tried.status === 0)
      return { executable: tried.stdout.split('\n')[0]?.trim() ?? name, identity: tried.stdout }
  }
  return undefined
}

/**
 * Installs under a temporary name and renames it at the end, so that the final name is always complete, even if the
 * process is killed or another one installs at the same time.
 * @returns why it failed.
 */
function install(python: string, venv: string): string | undefined {
  const unfinished = `${venv}.${process.pid}`
  mkdirSync(CACHE, { recursive: true })
  try {
    const steps: [string, string[]][] = [
      [python, ['-m', 'venv', unfinished]],
      [
        interpreter(unfinished),
        ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS],
      ],
    ]
    for (const [program, args] of steps) {
      const ran = spawnSync(program, args, { encoding: 'utf8' })
      if (ran.status !== 0) {
        const said = ran.error?.message ?? `${ran.stdout}${ran.stderr}`
        return `\`${program} ${args.slice(0, 3).join(' ')}\` failed: ${said.trim().split('\n').at(-1)}`
      }
    }
    // The environment under the final name has lost its interpreter: Python was removed or has moved.
    if (!existsSync(interpreter(venv))) {
      rmSync(venv, { recursive: true, force: true })
      renameSync(unfinished, venv)
    }
    return undefined
  } catch (error) {
    if (existsSync(interpreter(venv))) return undefined
    return String(error)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** Removes unfinished installations of processes that have ended. */
function removeAbandoned(): void {
  if (!existsSync(CACHE)) return
  for (const name of readdirSync(CACHE)) {
    const pid = Number(/^moto-[0-9a-f]+\.(\d+)$/.exec(name)?.[1])
    if (pid > 0 && !isAlive(pid)) rmSync(path.join(CACHE, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function interpreter(venv: string): string {
  return path.join(venv, 'bin', 'python')
}
