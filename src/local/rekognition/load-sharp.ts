/** Loading libvips takes a tenth of a second, which only the first request to Rekognition should wait for. */
export async function loadSharp(): Promise<(typeof import('sharp'))['default']> {
  return (await import('sharp')).default
}
