import path from 'node:path'
import { loadSettings } from '../config/load.js'
import type { Settings } from '../config/types.js'
import { listRenditions, openRenditions, type StoredRendition } from '../dev/pictures/renditions.js'
import type { ObjectFolder } from '../objects/folder.js'
import type { Run } from './run.js'
import {
  hasOperations,
  knownMounts,
  readOriginalsArgument,
  type ChosenOriginals,
} from './chosen-originals.js'

/** What was made on this machine of originals that a user named. */
export interface Found {
  chosen: ChosenOriginals
  renditions: StoredRendition[]
  store: ObjectFolder
  /** The folder of data, absolute. */
  data: string
}

/** The folder that `genato dev` stores in. */
export function dataFolder({ root }: Pick<Settings, 'root'>, given: string | undefined, cwd: string): string {
  return given === undefined ? path.join(root, '.genato', 'images') : path.resolve(cwd, given)
}

/** The mounts that a user can name, and what was made of the originals that were named. */
export async function findRenditions(
  { overrides, reporter }: Pick<Run, 'overrides' | 'reporter'>,
  given: string,
  args: { data?: string },
): Promise<{ mounts: ReadonlySet<string>; found: Found | undefined }> {
  const cwd = process.cwd()
  const settings = await loadSettings(cwd, { ...overrides, deployedBefore: true })
  const data = dataFolder(settings, args.data, cwd)
  const mounts = await knownMounts(settings, data)
  const chosen = readOriginalsArgument(given, mounts)
  if (!chosen) return { mounts, found: undefined }
  const store = await openRenditions(data, reporter)
  const all = await listRenditions(store, chosen.originals)
  const { operations } = chosen
  const renditions = operations === undefined ? all : all.filter((one) => hasOperations(one, operations))
  return { mounts, found: { chosen, renditions, store, data } }
}
