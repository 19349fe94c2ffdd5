import path from 'node:path'
import type { Settings } from '../config/types.js'
import { isSame, stopReplaced, type Running } from './running.js'
import { watchFiles } from './watch.js'

/** How long to wait for more changes of the same burst, in ms. */
const SETTLE = 100

export interface Rebuilding {
  loadSettings: () => Promise<Settings>
  /** Builds and starts the packages of these settings. What is the same is kept from `before`. */
  build: (settings: Settings, before: Running) => Promise<Running>
  /** Replaces what is running. */
  replace: (before: Running, next: Running) => Promise<void>
  onRebuilt: (file: string, ms: number) => void
  onFailed: (error: unknown) => void
}

/** Rebuilds the package whenever a file changes that it was built from. */
export function rebuildOnChange(first: Running, steps: Rebuilding): { stop(): Running } {
  let running = first
  const changed = new Set<string>()
  const state = { working: false, stopped: false, broken: false }

  const rebuild = async (file: string) => {
    const started = performance.now()
    try {
      const settings = await steps.loadSettings()
      // Before the build too: if it fails, a change to any of these files starts the next try.
      watcher.follow(inputsOf(settings, running.inputs))
      const before = running
      const next = await steps.build(settings, before)
      watcher.follow(inputsOf(settings, next.inputs))
      const mended = state.broken
      state.broken = false
      if (isSame(next, before)) {
        running = next
        if (mended) steps.onRebuilt(nameOf(settings, file), performance.now() - started)
        return
      }
      if (state.stopped) return await stopReplaced(next, before)
      running = next
      await steps.replace(before, next).catch((error: unknown) => {
        running = before
        throw error
      })
      steps.onRebuilt(nameOf(settings, file), performance.now() - started)
    } catch (error) {
      state.broken = true
      if (!state.stopped) steps.onFailed(error)
    }
  }
  const work = async () => {
    state.working = true
    while (changed.size > 0 && !state.stopped) {
      await new Promise((resolve) => {
        setTimeout(resolve, SETTLE)
      })
      const files = [...changed]
      changed.clear()
      await rebuild(files.find((file) => path.extname(file) !== '') ?? files[0] ?? '')
    }
    state.working = false
  }
  const watcher = watchFiles((file) => {
    changed.add(file)
    if (!state.working) void work()
  })
  watcher.follow(inputsOf(first.settings, first.inputs))
  return {
    stop() {
      state.stopped = true
      watcher.close()
      return running
    },
  }
}

function nameOf({ root }: Settings, file: string): string {
  return path.relative(root, file) || 'the folder'
}

/** Includes the places where a configuration file may be created. */
function inputsOf({ root, generate: { generator } }: Settings, inputs: string[]): string[] {
  const configs = ['ts', 'js', 'mjs', 'json'].map((ending) => path.join(root, `genato.config.${ending}`))
  return [...new Set([...configs, ...inputs, ...(generator ? [generator] : [])])]
}
