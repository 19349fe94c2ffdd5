import path from 'node:path'
import { Help, type Command } from 'commander'
import { packageRoot } from './lib/package-root.js'
import { readablePath } from './lib/readable-path.js'

interface More {
  /** Command lines without `genato`, and what each is for. */
  examples: [line: string, what: string][]
  /** Of which document, and where in it. */
  doc: string
  /** The exit codes that it can give, if not those of every command. */
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
      ['dev', 'serve the images on this machine'],
      ['deploy --dry-run', 'what would be made on AWS'],
      ['help deploy', 'all about one command'],
    ],
    doc: 'README.md',
    exit: [DONE, FAILED, USAGE, UNFINISHED, `${DIFFERS} (status)`, INTERRUPTED],
  },
  dev: {
    examples: [
      ['dev --port 8080', ''],
      ['dev --deployed', 'the live package, without writing anything'],
    ],
    doc: 'docs/local-edge.md',
  },
  render: {
    examples: [
      ['render /640x480,navy --out card.webp', 'the format from the file’s name'],
      ['render /64,teal,svg --out - > icon.svg', ''],
    ],
    doc: 'docs/urls.md',
  },
  explain: {
    examples: [
      ['explain /640x480@2x,navy', ''],
      ["explain '/640x480,text=Hello%20You' --json", ''],
    ],
    doc: 'docs/urls.md',
  },
  package: { examples: [['package --out function.zip', '']], doc: 'docs/architecture.md#the-package' },
  init: { examples: [['init --generator', '']], doc: 'docs/generators.md' },
  deploy: {
    examples: [
      ['deploy --dry-run', 'what would be done'],
      ['deploy --stack staging', 'a service beside the others'],
      ['deploy --adopt --dry-run', 'what would be taken over'],
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
      ['logs --follow --errors', 'what goes wrong, as it happens'],
      ['logs --since 2h --region eu-central-1', ''],
    ],
    doc: 'docs/operations.md#logs',
  },
  purge: {
    examples: [
      ['purge /640x480 --dry-run', 'how many images there are'],
      ['purge --yes', 'all of them, without being asked'],
    ],
    doc: 'docs/operations.md#purge',
  },
  cleanup: {
    examples: [
      ['cleanup --dry-run', 'what would be deleted'],
      ['cleanup --keep-images', ''],
      ['cleanup --yes --timeout 12h', 'until the last replica is gone'],
    ],
    doc: 'docs/operations.md#cleanup',
    exit: DEPLOYED,
  },
  permissions: { examples: [['permissions > policy.json', '']], doc: 'docs/operations.md#permissions' },
}

/** For commander's `configureHelp`: narrow terminals, and what each command's help ends with. */
export const HELP: Partial<Help> = {
  showGlobalOptions: true,
  // Commander wraps no column narrower than 40, which at 60 columns is every one.
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
  // Of this version, and readable without a network: the package has its documents with it.
  const found = readablePath(path.join(packageRoot(), file))
  const sections = [
    ...helper.formatItemList('Examples:', items(lines, helper), helper),
    ...helper.formatItemList('Exit codes:', items(exit.map(split), helper), helper),
    ...helper.formatItemList('More:', [`  ${found}${place === undefined ? '' : `#${place}`}`], helper),
  ]
  return `${sections.join('\n').trimEnd()}\n`
}

/** With what stands on the right on a line of its own where the width is too small for both. */
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
