/**
 * Whether a key names a file that a folder of originals may serve. Files and folders whose name begins with a dot are
 * hidden (`.git`, `.env`), and a backslash separates folders on Windows.
 * @param platform of the file system, as in `process.platform`.
 */
export function isOriginalsKey(key: string, platform: NodeJS.Platform = process.platform): boolean {
  // A file name that isn't UTF-8 is read with U+FFFD in the place of its bytes. It names no file then.
  if (!key.isWellFormed() || /[\0\\\ufffd]/.test(key)) return false
  return key.split('/').every((name) => {
    if (name === '' || name.startsWith('.')) return false
    return platform !== 'win32' || isWindowsName(name)
  })
}

/**
 * Windows drops dots and spaces at the end of a name, has streams behind a colon, and opens a device for some names,
 * with any extension. Source: Microsoft's "Naming Files, Paths, and Namespaces".
 */
function isWindowsName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (/[<>:"|?*\u0001-\u001f]|[. ]$/.test(name)) return false
  return !/^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])( *\.|$)/i.test(name)
}
