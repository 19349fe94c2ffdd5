const PERCENT = 0x25

/** Decodes a percent-encoded text. @returns `undefined` if a `%` is not followed by two hex digits. */
export function percentDecode(raw: string): Buffer | undefined {
  // node:http gives the request line with one character per byte.
  const bytes = Buffer.from(raw, 'latin1')
  const decoded = Buffer.alloc(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    let byte = bytes[at] ?? 0
    if (byte === PERCENT) {
      const digits = raw.slice(at + 1, at + 3)
      if (!/^[0-9a-f]{2}$/i.test(digits)) return undefined
      byte = Number.parseInt(digits, 16)
      at += 2
    }
    decoded[length++] = byte
  }
  return decoded.subarray(0, length)
}

/** AWS's UriEncode(): every byte except `A-Za-z0-9-._~`, and those in `keep`, as `%XX` in upper case. */
export function percentEncode(bytes: Buffer, keep = ''): string {
  let encoded = ''
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    encoded +=
      /[A-Za-z0-9\-._~]/.test(character) || keep.includes(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}
