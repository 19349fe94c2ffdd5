import type sharp from 'sharp'

/** Loading libvips takes a tenth of a second, which only the first request to Rekognition should wait for. */
export async function loadSharp(): Promise<typeof sharp> {
  return (await import('sharp')).default
}
