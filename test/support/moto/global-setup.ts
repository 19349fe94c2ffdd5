import type { TestProject } from 'vitest/node'
import { bringMoto } from './bring.js'

/** A machine without Python can run the other tests; in CI nothing is left out. */
export default function setup(project: TestProject): void {
  const moto = bringMoto()
  project.provide('moto', moto)
  if ('python' in moto) return
  const line = '='.repeat(80)
  const what = 'THE TESTS AGAINST AWS DO NOT RUN: test/aws/**, and all else that needs moto.'
  if (process.env['CI']) throw new Error(`In CI no test is left out for want of moto. ${moto.missing}`)
  process.stderr.write(`\n${line}\n${what}\n${moto.missing}\n${line}\n\n`)
}
