import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What is told of processes here, only Linux tells. */
export const TOLD = process.platform === 'linux'

/** Every process below this one, and what they started. */
export function below(pid: number): number[] {
  return started(pid).flatMap((child) => [child, ...below(child)])
}

/** Those of them whose command line has this in it. */
export function runningBelow(pid: number, program: string): number[] {
  return below(pid).filter((child) => read(`/proc/${child}/cmdline`).includes(program))
}

/** Bytes of memory that lie in RAM for this process alone, and those of it shared with others. 0: it has ended. */
export function resident(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

/** The most that it ever was. */
export function residentPeak(pid: number): number {
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

/** How many files, sockets and pipes a process has open. */
export function openFiles(pid: number): number {
  return names(`/proc/${pid}/fd`).length
}

/** Of those, files whose name has this in it. */
export function openNamed(pid: number, text: string): string[] {
  return names(`/proc/${pid}/fd`)
    .map((fd) => target(`/proc/${pid}/fd/${fd}`))
    .filter((name) => name.includes(text))
}

export function isAlive(pid: number): boolean {
  const state = /^State:\s*(\w)/m.exec(read(`/proc/${pid}/status`))?.[1]
  return state !== undefined && state !== 'Z'
}

function started(pid: number): number[] {
  return names(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
