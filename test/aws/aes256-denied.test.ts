import { expect, test } from 'vitest'
import { deniesAes256 } from '../../src/resources/aes256-denied.js'
import type { Statement } from '../../templates/policy.js'

const BUCKET = 'arn:aws:s3:::photos'
const ALGORITHM = 's3:x-amz-server-side-encryption'
const KEY = 's3:x-amz-server-side-encryption-aws-kms-key-id'
const deny = (Condition: Statement['Condition'], change: Partial<Statement> = {}): Statement => ({
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:PutObject',
  Resource: `${BUCKET}/*`,
  ...(Condition ? { Condition } : {}),
  ...change,
})
const DEMANDS = { StringNotEquals: { [ALGORITHM]: 'aws:kms' } }

test.each<[string, boolean, Statement]>([
  ['another algorithm than KMS is denied', true, deny(DEMANDS)],
  ['AES256 is denied', true, deny({ StringEquals: { [ALGORITHM]: ['AES256'] } })],
  ['another key than one, and no key', true, deny({ StringNotLikeIfExists: { [KEY]: 'arn:*' } })],
  ['no key', true, deny({ Null: { [KEY]: 'true' } })],
  [
    'the key is in capitals',
    true,
    deny({ StringNotEquals: { 'S3:X-Amz-Server-Side-Encryption': 'aws:kms' } }),
  ],
  ['every action, for everybody by AWS', true, deny(DEMANDS, { Action: 's3:*', Principal: { AWS: '*' } })],
  ['no header, which is sent', false, deny({ Null: { [ALGORITHM]: 'true' } })],
  ['neither of both', false, deny({ StringNotEquals: { [ALGORITHM]: ['aws:kms', 'AES256'] } })],
  ['other files', false, deny(DEMANDS, { Resource: `${BUCKET}/private/*` })],
  ['reading', false, deny(DEMANDS, { Action: 's3:GetObject' })],
  ['one principal', false, deny(DEMANDS, { Principal: { AWS: 'arn:aws:iam::123456789012:root' } })],
  ['plain http', false, deny({ Bool: { 'aws:SecureTransport': 'false' } })],
  ['with another condition', false, deny({ ...DEMANDS, Bool: { 'aws:SecureTransport': 'false' } })],
  ['what is allowed', false, deny(DEMANDS, { Effect: 'Allow' })],
])('a bucket policy that denies %s denies a PUT with AES256: %s', (_, denied, statement) => {
  expect(deniesAes256(statement, `${BUCKET}/generated/x`)).toBe(denied)
})
