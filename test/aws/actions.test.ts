import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { actionsOf } from '../../src/aws/actions.js'
import { operatorPolicy } from '../../templates/operator-policy.js'
import { ROOT } from '../support/project.js'

const ACCOUNT = '123456789012'
const POLICY = operatorPolicy(
  {
    buckets: ['images', 'packages'],
    functions: [{ name: 'func', region: 'us-east-1', role: 'Role' }],
    boundary: `arn:aws:iam::${ACCOUNT}:policy/limit`,
  },
  ACCOUNT,
)

/** IAM's name for a client's service, if it differs from the client's name. */
const SERVICES: Record<string, string> = { 'cloudwatch-logs': 'logs' }

/** Operations that need no permission. */
const EXEMPT: Record<string, string> = {
  'sts:GetCallerIdentity': 'needs no permission, says the STS API reference',
}

interface Used {
  service: string
  operation: string
}

/** Every operation that a file imports from the SDK as a command, paginator or waiter. */
function operationsIn(file: string): Used[] {
  const text = readFileSync(file, 'utf8')
  const imports = [...text.matchAll(/import\s*\{([^}]*)\}\s*from '@aws-sdk\/client-([\w-]+)'/g)]
  return imports.flatMap(([, names = '', client = '']) =>
    names.split(',').flatMap((name) => {
      const imported = name.trim().split(' as ')[0] ?? ''
      const operation =
        /^(\w+)Command$/.exec(imported)?.[1] ?? /^(?:paginate|waitUntil)(\w+)$/.exec(imported)?.[1]
      return operation === undefined ? [] : [{ service: SERVICES[client] ?? client, operation }]
    }),
  )
}

const FILES = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => path.join(entry.parentPath, entry.name))

const USED = FILES.flatMap(operationsIn)
const NEEDED = new Set(
  USED.filter(({ service, operation }) => !(`${service}:${operation}` in EXEMPT)).flatMap((one) => [
    ...actionsOf(one),
  ]),
)
const ALLOWED = new Set(POLICY.Statement.flatMap(({ Action }) => Action))

test('the imports name every operation that genato calls', () => {
  const imported = new Set(USED.map(({ operation }) => operation))
  expect(imported.size).toBeGreaterThan(60)
  for (const file of FILES) {
    const calls = readFileSync(file, 'utf8').matchAll(
      /\bnew (\w+)Command\b|\b(?:paginate|waitUntil)([A-Z]\w+)/g,
    )
    const names = [...calls].map(([, command, other]) => command ?? other)
    expect(
      names.filter((name) => !imported.has(name ?? '')),
      file,
    ).toEqual([])
  }
})

test('the printed policy allows every operation that genato calls', () => {
  expect([...NEEDED].filter((action) => !ALLOWED.has(action))).toEqual([])
})

test('the printed policy allows no action that no operation needs', () => {
  expect([...ALLOWED].filter((action) => !NEEDED.has(action))).toEqual([])
})

test('the list of exempt operations has only those that genato calls', () => {
  const names = USED.map(({ service, operation }) => `${service}:${operation}`)
  expect(Object.keys(EXEMPT).filter((name) => !names.includes(name))).toEqual([])
})
