import path from 'node:path'
import { inspect } from 'node:util'
import { usageError, type GenatoError } from '../lib/errors.js'
import { GROUPS } from './schema.js'
import { namesIn, pathsOf, settingPath, splitPath } from './setting-path.js'

/** Where each setting went when the flat configuration was divided into groups. */
const MOVED: ReadonlyMap<string, string> = new Map([
  ['generator', 'generate.generator'],
  ['assets', 'generate.assets'],
  ['text', 'generate.text'],
  ['font', 'generate.font'],
  ['limits', 'generate.limits'],
  ['memory', 'generate.memory'],
  ['timeout', 'generate.timeout'],
  ['runtime', 'generate.runtime'],
  ['access', 'generate.access'],
  ['files', 'generate.files'],
  ['buckets.images', 'generate.bucket'],
  ['buckets.packages', 'packages.bucket'],
  ['expireImagesAfterDays', 'generate.expireAfterDays'],
  ['aliases', 'domain.aliases'],
  ['certificate', 'domain.certificate'],
  ['priceClass', 'domain.priceClass'],
])

type Group = Record<string, unknown>

interface Move {
  from: string
  to: string
  value: unknown
}

/**
 * The error for settings in a wrong place: those of the flat configuration, and those that only one other group has.
 * It names all of them, and has the whole configuration as it should be. `undefined`: there are none.
 * @param source the configuration's file.
 */
export function misplacedSettings(config: unknown, source: string): GenatoError | undefined {
  if (!isGroup(config)) return undefined
  const moves = movesIn(config, '')
  // The schema refuses what is not an object: nothing can be moved there.
  if (moves.length === 0 || !groupsAreObjects(config)) return undefined
  const corrected = moves.reduce(put, without(config, new Set(moves.map(({ from }) => from)), ''))
  return usageError(
    'BAD_CONFIG',
    `${source}: ${moves.map(({ from, to }) => `${from} ${MOVED.has(from) ? 'is now' : 'should be'} ${to}`).join(', ')}.`,
    `Write:\n${path.extname(source) === '.json' ? JSON.stringify(corrected, null, 2) : literal(corrected)}`,
  )
}

function movesIn(config: Group, group: string): Move[] {
  const known = namesIn(group) ?? []
  return Object.entries(config).flatMap(([name, value]) => {
    const from = settingPath(group, name)
    if (isGroup(value) && isGroupPath(from)) return movesIn(value, from)
    if (known.includes(name)) return []
    const [only, ...others] = pathsOf(name)
    const to = MOVED.get(from) ?? (others.length === 0 ? only : undefined)
    return to === undefined ? [] : [{ from, to, value }]
  })
}

/** A copy of the configuration without these settings, and without the groups that they leave empty. */
function without(config: Group, paths: ReadonlySet<string>, group: string): Group {
  const rest = Object.entries(config).flatMap(([name, value]): [string, unknown][] => {
    const here = settingPath(group, name)
    if (paths.has(here)) return []
    if (!isGroup(value) || !isGroupPath(here)) return [[name, value]]
    const inner = without(value, paths, here)
    return Object.keys(inner).length === 0 ? [] : [[name, inner]]
  })
  return Object.fromEntries(rest)
}

/** Gives the setting its value, unless it has one already. */
function put(config: Group, { to, value }: Move): Group {
  const { group, name } = splitPath(to)
  let place = config
  for (const step of group === '' ? [] : group.split('.')) place = (place[step] ??= {}) as Group
  place[name] ??= value
  return config
}

function groupsAreObjects(config: Group): boolean {
  return [...GROUPS.keys()].every((group) => {
    const { group: outer, name } = splitPath(group)
    const parent = outer === '' ? config : config[outer]
    return group === '' || !isGroup(parent) || parent[name] === undefined || isGroup(parent[name])
  })
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isGroupPath(setting: string): boolean {
  return namesIn(setting) !== undefined || setting === 'originals.mounts' || setting === 'buckets'
}

function literal(config: Group): string {
  return inspect(config, { depth: Infinity, maxArrayLength: null, maxStringLength: null })
}
