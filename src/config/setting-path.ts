import { ANY_MOUNT } from './mount-schema.js'
import { GROUPS } from './schema.js'

/** The path of a setting: `generate.memory`. @param group `''`: the whole configuration. */
export function settingPath(group: string, name: string): string {
  return group === '' ? name : `${group}.${name}`
}

/** The group's path and the setting's name in it. */
export function splitPath(path: string): { group: string; name: string } {
  const dot = path.lastIndexOf('.')
  return { group: path.slice(0, Math.max(dot, 0)), name: path.slice(dot + 1) }
}

/** The names in the group at this path, or `undefined` if it is no group: each mount is one. */
export function namesIn(path: string): readonly string[] | undefined {
  return GROUPS.get(path) ?? GROUPS.get(path.replace(/^(originals\.mounts)\.[^.]*/, `$1.${ANY_MOUNT}`))
}

/** Every path that ends in this name, outside of mounts: `memory` is in two groups. */
export function pathsOf(name: string): string[] {
  return [...GROUPS].flatMap(([group, names]) =>
    names.includes(name) && !group.includes(ANY_MOUNT) ? [settingPath(group, name)] : [],
  )
}
