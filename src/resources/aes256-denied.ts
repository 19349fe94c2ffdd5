import type { Statement } from '../../templates/policy.js'

const ALGORITHM = 's3:x-amz-server-side-encryption'
const KEY = 's3:x-amz-server-side-encryption-aws-kms-key-id'
const GENATO_SENDS = 'AES256'

/**
 * Whether a statement of a bucket policy denies genato's PUTs of this object: each has the header
 * `x-amz-server-side-encryption: AES256`, and names no key. Only conditions on these two headers are judged. A
 * statement with other conditions, or for some principals only, is assumed not to apply.
 * Source: S3 user guide, "Using server-side encryption with AWS KMS keys", example policies.
 * @param object the object's ARN.
 */
export function deniesAes256(statement: Statement, object: string): boolean {
  const { Effect, Principal, Action, Resource = '*', Condition = {} } = statement
  const covers =
    Effect === 'Deny' &&
    isEverybody(Principal) &&
    [Action].flat().some((one) => matches(one.toLowerCase(), 's3:putobject')) &&
    [Resource].flat().some((one) => matches(one, object))
  if (!covers) return false
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, expected]) => ({
      operator,
      key: key.toLowerCase(),
      expected: [expected].flat().map(String),
    })),
  )
  return (
    conditions.some(({ key }) => key === ALGORITHM || key === KEY) &&
    conditions.every(({ operator, key, expected }) => holds(operator, key, expected))
  )
}

function isEverybody(principal: Statement['Principal']): boolean {
  return principal === '*' || [principal?.['AWS']].flat().includes('*')
}

/** IAM's wildcards: `*` for any characters, `?` for one. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[^\w*?]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(text)
}

/** As in IAM, a negated operator holds if the key is absent. */
function holds(operator: string, key: string, expected: string[]): boolean {
  if (key !== ALGORITHM && key !== KEY) return false
  const sent = key === ALGORITHM ? GENATO_SENDS : undefined
  if (operator === 'Null') return expected.includes('true') === (sent === undefined)
  const match = /^String(Not)?(?:Equals|EqualsIgnoreCase|Like)(IfExists)?$/.exec(operator)
  if (!match) return false
  const [, negated, ifExists] = match
  if (sent === undefined) return negated !== undefined || ifExists !== undefined
  const same = expected.some((one) =>
    operator.includes('Like') ? matches(one, sent) : one.toLowerCase() === sent.toLowerCase(),
  )
  return negated === undefined ? same : !same
}
