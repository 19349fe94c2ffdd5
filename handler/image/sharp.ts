import type sharp from 'sharp'

/**
 * Loads sharp when first needed: it costs some 50 ms, and a process that only finds stored images
 * never needs it.
 */
export async function loadSharp(): Promise<typeof sharp> {
  const { default: loaded } = await import('sharp')
  // No two images are alike, so libvips' cache of operations would only hold memory.
  loaded.cache(false)
  return loaded
}
