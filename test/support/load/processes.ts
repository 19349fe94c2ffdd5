import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The figures below come from /proc, which only Linux has. */
export const ON_LINUX = process.platform === 'linux'

/** Every descendant of this process. */
export function below(pid: number): number[] {
  return started(pid).flatMap((child) => [child, ...below(child)])
}

/** The descendants whose command line contains this. */
export function runningBelow(pid: number, program: string): number[] {
  return below(pid).filter((child) => read(`/proc/${child}/cmdline`).includes(program))
}

/** Resident memory in bytes: private, and shared with other processes. 0: it has ended. */
export function resident(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

/** The peak of resident memory, in bytes. */
export function residentPeak(pid: number): number {
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

/** The number of a process's open files, sockets and pipes. */
export function openFiles(pid: number): number {
  return names(`/proc/${pid}/fd`).length
}

/** Open files whose name contains this. */
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
