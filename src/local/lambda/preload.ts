// Runs in each thread of a function's process before anything else does: Node requires it in all of them.
import os from 'node:os'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { refuseAsLambda } from './read-only.js'

const KEY = 'genato:places'

// Threads may have other variables, but this reaches them all.
if (isMainThread) setEnvironmentData(KEY, [process.env['LAMBDA_TASK_ROOT'] ?? '', os.tmpdir()])
const [folder = '', temp = ''] = (getEnvironmentData(KEY) ?? []) as unknown as string[]
// Programs that the function starts can be without these.
if (folder !== '' && temp !== '') refuseAsLambda(folder, temp)
