/** A picture of one pixel in each format that a browser may not know. */
const SAMPLES = {
  'image/avif':
    'AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAAA+gABAAAAAAAAACIAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAAAEAAAABAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAAqbWRhdBIACgc4AAaQENBpMhUf8mKE7///8WfgAJA2IJvTZlPtYMs=',
  'image/webp': 'UklGRjIAAABXRUJQVlA4ICYAAABwAQCdASoBAAEADMDOJaACdAFAAAD+3FHSXS5Df6u/O36ntgAAAA==',
}

let found: Promise<string> | undefined

/**
 * The `Accept` that this browser sends for an image. Its `fetch` says that it takes anything, and then `auto` would
 * choose another format here than in an `img`.
 */
export async function acceptOfImages(): Promise<string> {
  return (found ??= (async () => {
    const known = await Promise.all(
      Object.entries(SAMPLES).map(async ([type, data]) =>
        (await canShow(`data:${type};base64,${data}`)) ? [type] : [],
      ),
    )
    return [...known.flat(), 'image/*', '*/*;q=0.8'].join(',')
  })())
}

async function canShow(source: string): Promise<boolean> {
  const image = new Image()
  image.src = source
  return image.decode().then(
    () => true,
    () => false,
  )
}
