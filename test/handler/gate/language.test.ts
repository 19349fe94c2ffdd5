import { expect, test } from 'vitest'
import { gateCode, generateGateCode } from '../../../src/package/gate.js'
import { foreignTo } from './language.js'
import { CURRENT, MOUNTS } from './support.js'

test('the gate is written in what the runtime surely takes', async () => {
  expect(foreignTo(await gateCode({ mounts: MOUNTS, keys: [CURRENT] }))).toEqual([])
})

test('so is the gate of the default behaviour', async () => {
  expect(
    foreignTo(await generateGateCode({ mounts: MOUNTS, keys: [CURRENT], on: true, signed: true })),
  ).toEqual([])
})

test.each([
  ['arrows', 'var f = function () { return [1].map((x) => x) }'],
  ['const', 'const a = 1'],
  ['let', 'let a = 1'],
  ['template literals', 'var a = `x`'],
  ['optional chaining', 'var a = JSON; a?.b'],
  ['optional calls', 'var a = JSON; a.map?.(1)'],
  ['nullish coalescing', 'var a = JSON ?? 1'],
  ['nullish assignment', 'var a; a ??= 1'],
  ['powers', 'var a = 2 ** 3'],
  ['loose equality', 'var a = 1 == 2'],
  ['in', "var a = 'x' in JSON"],
  ['instanceof', 'var a = JSON instanceof Object'],
  ['delete', 'var a = JSON; delete a.b'],
  ['destructuring', 'var { a } = JSON'],
  ['destructured lists', 'var [a] = JSON'],
  ['destructured parameters', 'function f({ a }) { return a }'],
  ['default parameters', 'function f(a = 1) { return a }'],
  ['rest parameters', 'function f(...a) { return a }'],
  ['spread', 'var a = [...JSON]'],
  ['spread arguments', 'var a = JSON.map(...JSON)'],
  ['for of', 'for (var a of JSON) a'],
  ['while', 'while (JSON) JSON'],
  ['classes', 'class A {}'],
  ['new', 'var a = new Object()'],
  ['this', 'var a = this'],
  ['async functions', 'async function f() {}'],
  ['await', 'async function f() { await JSON }'],
  ['generators', 'function* f() {}'],
  ['catch without a name', 'try { JSON } catch { JSON }'],
  ['shorthand properties', 'var a = 1; var b = { a }'],
  ['computed properties', "var b = { ['a']: 1 }"],
  ['methods', 'var b = { a() {} }'],
  ['getters', 'var b = { get a() { return 1 } }'],
  ['sticky patterns', 'var a = /x/y'],
  ['unicode patterns', 'var a = /x/u'],
  ['dot-all patterns', 'var a = /x/s'],
  ['the pattern of any character', 'var a = /[^]/'],
  ['lookbehind', 'var a = /(?<=x)y/'],
  ['lookahead', 'var a = /(?=x)y/'],
  ['named groups', 'var a = /(?<n>x)/'],
  ['property escapes', 'var a = /\\p{L}/u'],
  ['code point escapes', "var a = '\\u{1F600}'"],
  ['separated numbers', 'var a = 1_000'],
  ['binary numbers', 'var a = 0b11'],
  ['big numbers', 'var a = 1n'],
  ['imports', "import a from 'cloudfront'"],
  ['exports', 'export var a = 1'],
  ['eval', "eval('1')"],
  ['Function', "Function('1')"],
  ['timers', 'setTimeout(1)'],
  ['fetch', "fetch('x')"],
  ['process', 'var a = process.env'],
  ['console', 'console.log(1)'],
  ['Map', 'var a = Map'],
  ['unknown variables', 'var a = undeclared'],
  ['methods of later editions', "var a = ['x'].flat()"],
  ['methods of strings of later editions', "var a = 'x'.at(0)"],
  ['calls by a computed name', "var a = JSON['stri' + 'ngify'](1)"],
  ['native callbacks', 'var a = [1].filter(Boolean)'],
  ['splitting at a pattern', "var a = 'a,b'.split(/,/)"],
  ['broken code', 'var = 1'],
])('the check refuses %s', (_, text) => {
  expect(foreignTo(text)).not.toEqual([])
})
