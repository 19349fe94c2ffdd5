import type sharp from 'sharp'

/** Loads sharp when first asked to, which blocks the process: `warm` does it while S3 is asked. */
export async function loadSharp(): Promise<typeof sharp> {
  const { default: loaded } = await import('sharp')
  // No two images are alike, so libvips' cache of operations would only hold memory.
  loaded.cache(false)
  return loaded
}
