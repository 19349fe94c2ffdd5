// Runs first in each thread of a function's process: Node requires it in all of them.
import os from 'node:os'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { refuseAsLambda } from './read-only.js'

const KEY = 'genato:places'

// Threads may have different environment variables. This data reaches them all.
if (isMainThread) setEnvironmentData(KEY, [process.env['LAMBDA_TASK_ROOT'] ?? '', os.tmpdir()])
const [folder = '', temp = ''] = (getEnvironmentData(KEY) ?? []) as unknown as string[]
// A Node program that the function starts may have neither.
if (folder !== '' && temp !== '') refuseAsLambda(folder, temp)
