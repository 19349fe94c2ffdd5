import os from 'node:os'
import path from 'node:path'

/** Where downloads are kept between projects: the platform's folder for such, or `GENATO_CACHE`. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env['GENATO_CACHE']) return path.resolve(env['GENATO_CACHE'])
  const home = os.homedir()
  if (platform === 'win32')
    return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'genato', 'cache')
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'genato')
  return path.join(env['XDG_CACHE_HOME'] ?? path.join(home, '.cache'), 'genato')
}
