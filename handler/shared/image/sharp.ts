import type sharp from 'sharp'

/** Loads sharp at the first call. Loading blocks the process, so `warm` calls this while S3 is being asked. */
export async function loadSharp(): Promise<typeof sharp> {
  const { default: loaded } = await import('sharp')
  // No two images are alike, so libvips' cache of operations would only waste memory.
  loaded.cache(false)
  return loaded
}
