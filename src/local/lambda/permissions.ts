/**
 * Node's flags for a process that may do what a function on Lambda may: everything but write to files
 * outside `/tmp`. Where that is not this system's temporary folder, the process's own takes its place.
 * What is no file can be written as well.
 * Source: Lambda developer guide, "Lambda execution environment"; Node.js documentation, "Permissions".
 *
 * Every Node that genato runs on has the permission model: 20 calls it experimental, 25 wants the network
 * allowed as well.
 * @param temp the process's own folder; it has to be there.
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
    // Node warns of each of these flags, in the function's log.
    '--disable-warning=SecurityWarning',
    ...(model === '--permission' && !known.has('--allow-net')
      ? []
      : ['--disable-warning=ExperimentalWarning']),
  ]
}

const DEVICES = ['/dev/null', '/dev/stdout', '/dev/stderr']
