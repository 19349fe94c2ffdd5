// @ts-check
// Runs a program until its own standard input ends.
import { spawn } from 'node:child_process'

const [program = '', ...args] = process.argv.slice(2)
const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'] })
child.on('error', (error) => {
  throw error
})
child.on('exit', () => process.stdin.destroy())
process.stdin.resume().on('end', () => child.kill())
