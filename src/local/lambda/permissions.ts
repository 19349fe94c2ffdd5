/**
 * Node's flags for a process with the permissions of a function on Lambda: everything except writing files
 * outside `/tmp`. The process's own temporary folder is writable too, because not every system has /tmp; so
 * are devices. Source: Lambda developer guide, "Lambda execution environment"; Node.js documentation,
 * "Permissions".
 *
 * Every Node that genato supports has the permission model. Node 20 calls it experimental, and Node 25 also
 * controls the network with it.
 * @param temp the process's temporary folder, which must exist.
 */
export function permissionFlags(temp: string): string[] {
  const known = process.allowedNodeEnvironmentFlags
  const model = ['--permission', '--experimental-permission'].find((flag) => known.has(flag))
  if (model === undefined) return []
  const allowed = ['--allow-addons', '--allow-child-process', '--allow-net', '--allow-wasi', '--allow-worker']
  const writable = process.platform === 'win32' ? [temp] : [temp, '/tmp', ...DEVICES]
  return [
    model,
    ...allowed.filter((flag) => known.has(flag)),
    '--allow-fs-read=*',
    ...writable.map((folder) => `--allow-fs-write=${folder}`),
    // Otherwise Node warns of each flag in the function's log.
    '--disable-warning=SecurityWarning',
    ...(model === '--permission' && !known.has('--allow-net')
      ? []
      : ['--disable-warning=ExperimentalWarning']),
  ]
}

const DEVICES = ['/dev/null', '/dev/stdout', '/dev/stderr']
