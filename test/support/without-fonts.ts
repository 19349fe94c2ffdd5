import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const FONT_PLACES = [
  '/etc/fonts',
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  '/usr/share/fontconfig',
  path.join(os.homedir(), '.fonts'),
  path.join(os.homedir(), '.local', 'share', 'fonts'),
  '/var/cache/fontconfig',
]

/** Ways to get a mount namespace: as root, as the current user, and on CI machines. */
const WAYS = [
  ['unshare', '--mount'],
  ['unshare', '--user', '--map-root-user', '--mount'],
  ['sudo', '--non-interactive', '--preserve-env', 'unshare', '--mount'],
]

/**
 * Hides every font and all of fontconfig's files behind empty folders, for one command.
 * @returns a command that runs its remaining arguments that way. `undefined` if there is no mount namespace.
 */
export function commandWithoutFonts(): string[] | undefined {
  const present = FONT_PLACES.filter((place) => existsSync(place))
  const hide = present.map((place) => `mount -t tmpfs none ${place}`)
  const script = [...hide, 'exec "$@"'].join(' && ')
  for (const way of WAYS) {
    const command = [...way, 'sh', '-c', script, 'sh']
    const [program = '', ...args] = command
    const tried = spawnSync(program, [...args, 'find', ...present, '-type', 'f'], { encoding: 'utf8' })
    if (tried.status === 0 && tried.stdout === '') return command
  }
  return undefined
}
