import { parseAst } from 'vitest/node'

/**
 * The JavaScript that gates are written in: ES5, and of its library only what is listed here. CloudFront accepts any
 * code, and answers 503 to viewers if its engine doesn't take it. The engine's own list is longer ("JavaScript runtime
 * 2.0 features for CloudFront Functions"), but people have met 503 for syntax that looked listed.
 */

const NODES = new Set(
  `ArrayExpression AssignmentExpression BinaryExpression BlockStatement CallExpression CatchClause
  ConditionalExpression ExpressionStatement ForInStatement ForStatement FunctionDeclaration FunctionExpression
  Identifier IfStatement Literal LogicalExpression MemberExpression ObjectExpression Program Property
  ReturnStatement ThrowStatement TryStatement UnaryExpression UpdateExpression VariableDeclaration
  VariableDeclarator`.split(/\s+/),
)

const OPERATORS = new Set('= += -= === !== < > <= >= + - * / % && || ! typeof ++ void --'.split(' '))

/** `void` is in the list because esbuild writes `undefined` so. */
const GLOBALS = new Set(
  'Boolean Buffer Date JSON Number Object decodeURIComponent encodeURIComponent require undefined'.split(' '),
)

const METHODS = new Set(
  `charAt charCodeAt concat createHmac digest every exec filter forEach from hasOwnProperty indexOf join keys map now
  replace slice sort split stringify test toLowerCase toString toUpperCase trim update`.split(/\s+/),
)

/** njs compiles patterns with PCRE, which lacks some of JavaScript's: `[^]` is an error there. */
const UNSAFE_PATTERN = /\[\^?\]|\(\?[^:]|\\[pPkuB](?!2028|2029)|\(\?</

interface Node {
  type: string
  start: number
  end: number
  [key: string]: unknown
}

/** What the text has of other things, each as a sentence. */
export function foreignTo(text: string): string[] {
  let program: Node
  try {
    program = parseAst(text, { lang: 'js' }) as unknown as Node
  } catch (error) {
    return [`syntax: ${String(error)}`]
  }
  const nodes = [...walk(program)]
  const declared = new Set(nodes.flatMap(declaredBy))
  return nodes.flatMap(({ node, parent, key }) =>
    problems(node, parent, key, text, declared).map(
      (problem) => `${problem}: ${text.slice(node.start, node.start + 60)}`,
    ),
  )
}

interface Visit {
  node: Node
  parent: Node | undefined
  key: string
}

function* walk(node: Node, parent?: Node, key = ''): Generator<Visit> {
  yield { node, parent, key }
  for (const [name, value] of Object.entries(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) yield* walk(child, node, name)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function declaredBy({ node }: Visit): string[] {
  const names = [node['id'], node['param'], ...((node['params'] as unknown[] | undefined) ?? [])]
  return names.flatMap((one) => (isNode(one) && one.type === 'Identifier' ? [String(one['name'])] : []))
}

function problems(
  node: Node,
  parent: Node | undefined,
  key: string,
  text: string,
  declared: Set<string>,
): string[] {
  const source = text.slice(node.start, node.end)
  const found: string[] = []
  const refuse = (wrong: boolean, problem: string) => {
    if (wrong) found.push(problem)
  }
  refuse(!NODES.has(node.type), node.type)
  refuse(
    typeof node['operator'] === 'string' && !OPERATORS.has(node['operator']),
    `operator ${String(node['operator'])}`,
  )
  refuse(node['async'] === true || node['generator'] === true, 'async or generator')
  refuse(node['optional'] === true, 'optional chaining')
  refuse(node.type === 'VariableDeclaration' && node['kind'] !== 'var', 'let or const')
  refuse(node.type === 'CatchClause' && !isNode(node['param']), 'catch without a name')
  refuse(
    node.type === 'Property' &&
      (node['kind'] !== 'init' ||
        node['method'] === true ||
        node['shorthand'] === true ||
        node['computed'] === true),
    'property of a later edition',
  )
  if (node.type === 'Literal') {
    refuse(
      isRegex(node['regex']) &&
        (/[^gi]/.test(node['regex'].flags) || UNSAFE_PATTERN.test(node['regex'].pattern)),
      'pattern',
    )
    refuse(typeof node['value'] === 'string' && /\\[u]\{/.test(source), 'escape')
    refuse(typeof node['value'] === 'number' && /_|^0[box]/i.test(source), 'number')
    refuse(typeof node['value'] === 'bigint', 'bigint')
  }
  if (node.type === 'Identifier' && isReference(parent, key)) {
    const name = String(node['name'])
    refuse(!declared.has(name) && !GLOBALS.has(name), `global ${name}`)
    // njs calls a native constructor only by name: `list.filter(Boolean)` throws there.
    refuse(
      !declared.has(name) && key === 'arguments' && name !== 'undefined',
      `native ${name} as an argument`,
    )
  }
  if (
    node.type === 'CallExpression' &&
    isNode(node['callee']) &&
    node['callee'].type === 'MemberExpression'
  ) {
    const { computed, property } = node['callee']
    const name = isNode(property) && computed !== true ? String(property['name']) : '[…]'
    refuse(!METHODS.has(name), `method ${name}`)
    // In njs, patterns miss what is in the strings that it gives: `/[\n\u2028]/` after `'a\n,b'.split(/,/)`.
    const [first] = node['arguments'] as Node[]
    refuse(name === 'split' && isRegex(first?.['regex']), 'split at a pattern')
  }
  return found
}

function isRegex(value: unknown): value is { pattern: string; flags: string } {
  return typeof value === 'object' && value !== null && 'pattern' in value
}

/** Whether an identifier stands for a variable, and is no name of a property. */
function isReference(parent: Node | undefined, key: string): boolean {
  if (parent?.type === 'MemberExpression' && key === 'property') return parent['computed'] === true
  return !(parent?.type === 'Property' && key === 'key' && parent['computed'] !== true)
}
