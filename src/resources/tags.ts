/** Tags by key. AWS lists them as pairs, under names that differ between services. */
export type Tags = Record<string, string>

export function readTags(list: { Key?: string | undefined; Value?: string | undefined }[] = []): Tags {
  return Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]))
}

export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

/** The wanted tags that are missing or have another value; `undefined` if none. */
export function missingTags(wanted: Tags, there: Tags): Tags | undefined {
  const missing = Object.entries(wanted).filter(([key, value]) => there[key] !== value)
  return missing.length === 0 ? undefined : Object.fromEntries(missing)
}
