import { BadRequest } from '../contract.js'
import { quote } from '../grammar/encoding.js'
import type { NamedForm, Option, Word } from '../grammar/token.js'
import { lowerCase } from './ascii.js'
import type { Operations } from './operations.js'
import type { PictureRules } from './rules.js'

type Flag = 'flop' | 'flip' | 'mono' | 'sharpen' | 'still' | 'enlarge'

/** A row whose word alone means yes. */
export function flagRow(name: Flag): Word<Operations, PictureRules, true> {
  return {
    form: 'word',
    name,
    field: { kind: 'flag' },
    code: 'BAD_OPTION',
    spellings: [name],
    read: (word) => (lowerCase(word) === name ? true : undefined),
    settle: (value) => ({ [name]: value ?? false }),
    write: (operations) => (operations[name] ? name : undefined),
    describe: (operations) => (operations[name] ? { [name]: true } : {}),
  }
}

/**
 * A named whole number, without sign, leading zeros or spaces.
 * @param what for error messages: `a quality`.
 */
export function numberForm(
  name: string,
  what: string,
  min: number,
  max: number,
): NamedForm<PictureRules, number> {
  return {
    name,
    field: { kind: 'number', min, max },
    read(value) {
      if (!/^(0|[1-9]\d{0,5})$/.test(value)) return undefined
      const number = Number(value)
      return number >= min && number <= max ? number : undefined
    },
    wrong(value) {
      const number = Math.round(Number.parseFloat(value))
      const near = Number.isFinite(number) ? Math.min(Math.max(number, min), max) : Math.min(max, 10)
      return new BadRequest(
        'BAD_OPTION',
        `${quote(value)} is not ${what}: write a whole number from ${min} to ${max}, such as ${name}=${near}.`,
      )
    },
  }
}

type NumberName = 'pad' | 'q' | 'blur'

/** A row of one named number. */
export function numberRow(
  name: NumberName,
  what: string,
  [min, max]: readonly [min: number, max: number],
  rest: Pick<Option<Operations, PictureRules, number>, 'settle' | 'refuse' | 'write' | 'describe'>,
): Option<Operations, PictureRules, number> {
  return { form: 'option', code: 'BAD_OPTION', ...numberForm(name, what, min, max), ...rest }
}
