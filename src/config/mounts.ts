import type { Mount } from '../../handler/shared/pictures/mount.js'
import type { Settings } from './types.js'

/** The mounts of a configuration. */
export function mountsOf(_settings: Settings): readonly Mount[] {
  return []
}
