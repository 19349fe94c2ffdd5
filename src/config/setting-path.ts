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

/** Every path that ends in this name: `bucket` is in two groups. */
export function pathsOf(name: string): string[] {
  return [...GROUPS].flatMap(([group, names]) => (names.includes(name) ? [settingPath(group, name)] : []))
}
