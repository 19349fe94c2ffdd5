import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const KEPT_STDERR = 20

/** Reads what a process writes, line by line. */
export function readOutput({ stdout, stderr }: ChildProcess, onLine: (line: string) => void) {
  const complaints: string[] = []
  readLines(stdout, onLine)
  readLines(stderr, (line) => {
    complaints.push(line)
    if (complaints.length > KEPT_STDERR) complaints.shift()
    onLine(line)
  })
  return {
    /** The process's last error message, for the cause of its end. */
    lastComplaint: () => lastComplaint(complaints),
  }
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', onLine)
}

function lastComplaint(lines: string[]): string {
  const error = lines.findLast((line) => /^\s*(\w*Error|FATAL ERROR)\b.*:/.test(line)) ?? lines.at(-1)
  return error ? `: ${error.trim()}` : ''
}
