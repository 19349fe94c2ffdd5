import path from 'node:path'
import { Help, type Command } from 'commander'
import { packageRoot } from './lib/package-root.js'
import { readablePath } from './lib/readable-path.js'

interface More {
  /** Command lines without `genato`, each with what it does. */
  examples: [line: string, what: string][]
  /** A document, and the heading in it. */
  doc: string
  /** Its exit codes, if they differ from `LOCAL`. */
  exit?: string[]
}

const DONE = '0 done'
const FAILED = '1 failed'
const USAGE = '2 wrong usage or configuration'
const UNFINISHED = '3 not finished yet: run it again later'
const DIFFERS = '4 not deployed, or differs'
const INTERRUPTED = '130 interrupted'
const LOCAL = [DONE, FAILED, USAGE, INTERRUPTED]
const DEPLOYED = [DONE, FAILED, USAGE, UNFINISHED, INTERRUPTED]

const MORE: Record<string, More> = {
  genato: {
    examples: [
      ['dev', 'serve images on this machine'],
      ['deploy --dry-run', 'show what would change on AWS'],
      ['help deploy', 'show the help of one command'],
    ],
    doc: 'README.md',
    exit: [DONE, FAILED, USAGE, UNFINISHED, `${DIFFERS} (status)`, INTERRUPTED],
  },
  dev: {
    examples: [
      ['dev --port 8080', ''],
      ['dev --originals photos=./pictures', 'serve stored pictures too'],
      ['dev --deployed', 'serve the live package; writes nothing to AWS'],
    ],
    doc: 'docs/local-edge.md',
  },
  render: {
    examples: [
      ['render /640x480,navy --out card.webp', 'takes the format from the file name'],
      ['render /64,teal,svg --out - > icon.svg', ''],
      ['render /p/64x/tom.jpg --originals p=./pictures', ''],
    ],
    doc: 'docs/urls.md',
  },
  explain: {
    examples: [
      ['explain /640x480@2x,navy', ''],
      ["explain '/640x480,text=Hello%20You' --json", ''],
      ['explain /photos/400x300,smart,auto/cats/tom.jpg', ''],
    ],
    doc: 'docs/urls.md',
  },
  renditions: {
    examples: [
      ['renditions photos/cats/tom.jpg', ''],
      ['renditions photos/cats/ --json', 'all below a folder'],
    ],
    doc: 'docs/originals.md#renditions',
  },
  sign: {
    examples: [
      ['sign /photos/400x300,webp/cats/tom.jpg', ''],
      ['sign /photos/cats/tom.jpg --expires 1h', 'works for one hour'],
    ],
    doc: 'docs/signing.md',
  },
  package: { examples: [['package --out function.zip', '']], doc: 'docs/architecture.md#the-package' },
  init: { examples: [['init --generator', '']], doc: 'docs/generators.md' },
  deploy: {
    examples: [
      ['deploy --dry-run', 'show what would change'],
      ['deploy --stack staging', 'deploy a second service'],
      ['deploy --adopt --dry-run', 'show what would be adopted'],
    ],
    doc: 'docs/operations.md#deploy',
    exit: DEPLOYED,
  },
  status: {
    examples: [['status --json', '']],
    doc: 'docs/operations.md#status',
    exit: [DONE, FAILED, USAGE, UNFINISHED, DIFFERS, INTERRUPTED],
  },
  logs: {
    examples: [
      ['logs --follow --errors', 'show errors as they happen'],
      ['logs --since 2h --region eu-central-1', ''],
    ],
    doc: 'docs/operations.md#logs',
  },
  purge: {
    examples: [
      ['purge /640x480 --dry-run', 'count the images'],
      ['purge --yes', 'delete all of them without asking'],
      ['purge photos/cats/tom.jpg', 'delete what genato dev made of a picture'],
    ],
    doc: 'docs/operations.md#purge',
  },
  cleanup: {
    examples: [
      ['cleanup --dry-run', 'show what would be deleted'],
      ['cleanup --keep-images', ''],
      ['cleanup --yes --timeout 12h', 'wait until the last replica is gone'],
    ],
    doc: 'docs/operations.md#cleanup',
    exit: DEPLOYED,
  },
  permissions: { examples: [['permissions > policy.json', '']], doc: 'docs/operations.md#permissions' },
}

/** For commander's `configureHelp`: fits narrow terminals, and ends with examples, exit codes and documents. */
export const HELP: Partial<Help> = {
  showGlobalOptions: true,
  // By default commander wraps no column narrower than 40, and at 60 columns all are.
  minWidthToWrap: 10,
  formatHelp(command, helper) {
    return `${Help.prototype.formatHelp.call(helper, command, helper).trimEnd()}\n\n${ending(command, helper)}`
  },
}

function ending(command: Command, helper: Help): string {
  const more = MORE[command.name()]
  if (!more) return ''
  const { examples, doc, exit = LOCAL } = more
  const lines = examples.map(([line, what]): [string, string] => [`genato ${line}`, what])
  const [file = '', place] = doc.split('#')
  // The package ships its documents, so this works offline and matches the version.
  const found = readablePath(path.join(packageRoot(), file))
  const sections = [
    ...helper.formatItemList('Examples:', items(lines, helper), helper),
    ...helper.formatItemList('Exit codes:', items(exit.map(split), helper), helper),
    ...helper.formatItemList('More:', [`  ${found}${place === undefined ? '' : `#${place}`}`], helper),
  ]
  return `${sections.join('\n').trimEnd()}\n`
}

/** Puts the right column on lines of its own if the terminal is too narrow for both. */
function items(rows: [left: string, right: string][], helper: Help): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  const room = Math.max(...rows.map(([, right]) => right.length))
  if (room <= (helper.helpWidth ?? 80) - width - 4)
    return rows.map(([a, b]) => helper.formatItem(a, width, b, helper))
  return rows.flatMap(([left, right]) => [
    `  ${left}`,
    ...(right ? [helper.formatItem('', 2, right, helper)] : []),
  ])
}

function split(code: string): [string, string] {
  const [number = '', ...rest] = code.split(' ')
  return [number, rest.join(' ')]
}
