import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './support/project.js'

/**
 * The rooms from the bottom up: a file imports from its own room and from those above it in this list. Rooms of
 * one line know nothing of each other.
 */
const ROOMS = [
  ['handler/shared'],
  ['handler/edge', 'handler/images', 'templates', 'src/lib'],
  ['src/config', 'src/reporter'],
  ['src/aws', 'src/package'],
  ['src/resources', 'src/logs'],
  ['src/objects', 'src/stacks'],
  ['src/local/s3'],
  ['src/local/rekognition'],
  ['src/local/lambda'],
  ['src/local/cloudfront'],
  ['src/dev'],
  ['src/commands'],
  ['src'],
]

/** What no file below a folder may import, beside what the order forbids. */
const FORBIDDEN: { below: string; except: string[]; imports: RegExp; because: string }[] = [
  {
    below: 'src',
    except: [],
    imports: /^handler\/(edge|images)\//,
    because: 'the tool speaks with the functions by events, as Lambda does',
  },
  {
    below: 'src',
    except: [],
    imports: /^handler\/shared\/(image|s3)\//,
    because: 'the tool makes no images, and has the SDK for S3',
  },
  {
    below: 'src',
    except: ['src/aws', 'src/resources', 'src/logs', 'src/objects'],
    imports: /^@aws-sdk\//,
    because: 'only rooms for AWS talk to it',
  },
  {
    below: 'handler',
    except: [],
    imports: /^@aws-sdk\//,
    because: 'the SDK doubles the cold start',
  },
]

interface Import {
  file: string
  /** A file of this repository, or the name of a package. */
  target: string
}

function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
}

const IMPORT = /\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g

const IMPORTS: Import[] = ['handler', 'src', 'templates'].flatMap(sourceFiles).flatMap((file) => {
  const text = readFileSync(path.join(ROOT, file), 'utf8')
  return [...text.matchAll(IMPORT)].map(([, target = '']) => ({
    file,
    target: target.startsWith('.')
      ? path.posix.join(path.posix.dirname(file), target).replace(/\.js$/, '.ts')
      : target,
  }))
})

/** The longest room that the file lies in. */
function roomOf(file: string): { name: string; level: number } {
  const found = ROOMS.flatMap((names, level) => names.map((name) => ({ name, level })))
    .filter(({ name }) => file.startsWith(`${name}/`))
    .sort((a, b) => b.name.length - a.name.length)
  if (found[0] === undefined) throw new Error(`${file} lies in no room of the list.`)
  return found[0]
}

const told = ({ file, target }: Import) => `${file} → ${target}`

test('every import goes to its own room or down, as the list says', () => {
  const own = IMPORTS.filter(({ target }) => /^(handler|src|templates)\//.test(target))
  expect(own.length).toBeGreaterThan(500)
  const wrong = own.filter(({ file, target }) => {
    const [from, to] = [roomOf(file), roomOf(target)]
    return from.name !== to.name && from.level <= to.level
  })
  expect(wrong.map(told)).toEqual([])
})

test('every room of the list is there', () => {
  const names = new Set(IMPORTS.map(({ file }) => roomOf(file).name))
  expect([...names].sort()).toEqual(ROOMS.flat().sort())
})

test.each(FORBIDDEN)('$below imports nothing like $imports: $because', ({ below, except, imports }) => {
  const wrong = IMPORTS.filter(
    ({ file, target }) =>
      file.startsWith(`${below}/`) &&
      !except.some((room) => file.startsWith(`${room}/`)) &&
      imports.test(target),
  )
  expect(wrong.map(told)).toEqual([])
})
