import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { genato } from '../support/cli.js'
import { describeAws } from '../support/moto/moto.js'
import { project, ROOT } from '../support/project.js'
import { distribute } from './distribute.js'
import { FUNCTION_GROUP, useStage } from './stage.js'

const BIN = path.join(ROOT, 'bin', 'genato.js')
const request = (outcome: string, more: object = {}) =>
  JSON.stringify({
    requestId: 'r',
    path: `/${outcome}.png`,
    outcome,
    status: 200,
    ms: { total: 41, lookup: 5 },
    ...more,
  })

/** A line of text without its time. */
const untimed = (text: string) => text.replace(/^[\d:.]+Z /gm, '')

describeAws('genato logs', () => {
  const stage = useStage()
  const run = async (...args: string[]) => genato(['logs', ...args], project(), stage.env)

  async function fill(): Promise<void> {
    const now = Date.now()
    await stage.put('eu-central-1', FUNCTION_GROUP, [
      [now - 190_000, 'START RequestId: r Version: 3\n'],
      [now - 180_000, request('made')],
      [now - 3_000, request('failed', { status: 503, error: 'Unavailable: no\n    at x' })],
    ])
    await stage.put('us-east-1', '/aws/lambda/genato-func', [[now - 120_000, request('hit')]])
  }

  test('shows the events of all regions in order, as text and as JSON', async () => {
    await fill()
    const { code, stdout, stderr } = await run()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(untimed(stdout)).toBe(
      [
        'eu-central-1    made             41 ms  made.png  (lookup 5)',
        'us-east-1       hit              41 ms  hit.png  (lookup 5)',
        'eu-central-1    failed 503       41 ms  failed.png  (lookup 5)',
        '    Unavailable: no',
        '        at x\n',
      ].join('\n'),
    )
    const json = await run('--json', '--region', 'eu-central-1')
    const lines = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines).toEqual([
      expect.objectContaining({
        type: 'log',
        region: 'eu-central-1',
        group: FUNCTION_GROUP,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        level: 'info',
        kind: 'request',
        outcome: 'made',
        path: '/made.png',
      }),
      expect.objectContaining({ outcome: 'failed', level: 'error', status: 503 }),
    ])
  })

  test('selects with --errors, --filter and --since', async () => {
    await fill()
    expect(untimed((await run('--errors')).stdout)).toMatch(/^eu-central-1 {4}failed 503.*\n.*\n.*at x\n$/)
    expect(untimed((await run('--filter', '"path":"/hit')).stdout)).toMatch(/^us-east-1 .*hit.png.*\n$/)
    expect(untimed((await run('--since', '1m')).stdout)).toMatch(/^eu-central-1 {4}failed/)
  })

  test('shows what CloudFront refused, or warns that it can’t', async () => {
    const id = await distribute(stage.moto.endpoint)
    const refused = 'Xy1== ERROR Validation error: Lambda function result failed validation: too large.'
    await stage.put('sa-east-1', `/aws/cloudfront/LambdaEdge/${id}`, [[Date.now(), refused]])
    expect(untimed((await run('--errors')).stdout)).toBe(
      'sa-east-1       refused by CloudFront: Lambda function result failed validation: too large.\n',
    )
    const play = {
      kind: 'error',
      code: 'AccessDenied',
      message: 'User: u is not authorized to perform: cloudfront:ListDistributions',
      status: 403,
    } as const
    stage.proxy.fault({ service: 'cloudfront', play })
    const denied = await run()
    expect(denied).toMatchObject({ code: 0, stdout: '' })
    expect(denied.stderr).toMatch(/^warning: What CloudFront refused .*cloudfront:ListDistributions/)
  })

  test('fails if the function’s groups are denied, even if others are only absent', async () => {
    await distribute(stage.moto.endpoint)
    const message = 'User: u is not authorized to perform: logs:FilterLogEvents'
    stage.proxy.fault({
      service: 'logs',
      when: ({ resource = '' }) => resource.startsWith('/aws/lambda/'),
      times: 99,
      play: { kind: 'error', code: 'AccessDeniedException', message, status: 400 },
    })
    const denied = await run()
    expect(denied).toMatchObject({ code: 1, stdout: '' })
    expect(denied.stderr).toContain('Access denied: logs:FilterLogEvents')
  })

  test("shows errors of Lambda's JSON format as text", async () => {
    const error = {
      errorType: 'Error',
      errorMessage: 'boom',
      stackTrace: ['Error: boom', '    at main.js:1:1'],
    }
    const line = { timestamp: '2026-11-24T12:00:00Z', level: 'ERROR', requestId: 'r', message: error }
    const fault = {
      time: '2026-11-24T12:00:00Z',
      type: 'platform.fault',
      record: 'RequestId: r Process exited',
    }
    await stage.put('eu-west-1', FUNCTION_GROUP, [
      [Date.now() - 2_000, JSON.stringify(line)],
      [Date.now() - 1_000, JSON.stringify(fault)],
    ])
    expect(untimed((await run('--errors')).stdout)).toBe(
      'eu-west-1       error: Error: boom\n        at main.js:1:1\neu-west-1       RequestId: r Process exited\n',
    )
  })

  test('says where it looked if it finds nothing', async () => {
    const none = await run()
    expect(none).toMatchObject({ code: 0, stdout: '' })
    expect(none.stderr).toMatch(
      /^warning: There are no logs yet: .*\/aws\/lambda\/us-east-1\.genato-func, \/aws\/lambda\/genato-func in 13 regions\. Lambda writes/,
    )
    await fill()
    const nothing = await run('--filter', 'nowhere', '--region', 'eu-central-1')
    expect(nothing).toMatchObject({ code: 0, stdout: '' })
    expect(nothing.stderr).toMatch(/There is nothing to show in .*us-east-1\.genato-func in eu-central-1\./)
  })

  test.each([
    ['10m', '; --since 1h looks further back.'],
    ['1h', '; --since 1d looks further back.'],
    ['5h', '; --since 1d looks further back.'],
    ['7d', 'seconds to minutes later.'],
  ])('suggests only what looks further back than --since %s', async (since, advice) => {
    await fill()
    const nothing = await run('--filter', 'nowhere', '--since', since)
    expect(nothing.stderr.trim().endsWith(advice), nothing.stderr).toBe(true)
  })

  test('does not suggest to look further back if the groups don’t exist', async () => {
    expect((await run()).stderr).not.toContain('--since')
  })

  test('exits with 2 for wrong usage, and with 1 if no region can be read', async () => {
    const region = await run('--region', 'eu-centrall-one')
    expect(region).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('not an AWS region') as string,
    })
    const near = await run('--region', 'eu-west1')
    expect(near.stderr).toContain('Did you mean eu-west-1?')
    expect((await run('--since', 'monday')).code).toBe(2)
    const other = await run('--region', 'af-south-1')
    expect(other.code).toBe(0)
    expect(other.stderr).toContain('Lambda@Edge is not known to run in af-south-1')
    const play = {
      kind: 'error',
      code: 'AccessDeniedException',
      message: 'User: u is not authorized to perform: logs:FilterLogEvents',
      status: 400,
    } as const
    stage.proxy.fault({ service: 'logs', times: 99, play })
    const denied = await run()
    expect(denied).toMatchObject({ code: 1, stdout: '' })
    expect(denied.stderr).toMatch(
      /^error: Access denied: logs:FilterLogEvents[^\n]*\nAllow logs:FilterLogEvents/,
    )
  })

  test.skipIf(process.platform === 'win32')(
    'follows until Ctrl-C, which is a success; without --follow it is an interruption',
    async () => {
      await fill()
      const child = start(['logs', '--follow', '--json', '--region', 'eu-central-1'], stage.env)
      await said(child, 'failed.png')
      await stage.put('eu-central-1', FUNCTION_GROUP, [[Date.now(), request('passed')]])
      const after = await said(child, 'passed.png')
      expect(after).not.toContain('failed.png')
      child.kill('SIGINT')
      expect(await ended(child)).toBe(0)
      stage.proxy.fault({ service: 'logs', times: 9, play: { kind: 'hang' } })
      const hanging = start(['logs', '--region', 'eu-central-1'], stage.env)
      const before = stage.proxy.calls.length
      await expect
        .poll(() => stage.proxy.calls.slice(before).some(({ service }) => service === 'logs'), {
          timeout: 5_000,
        })
        .toBe(true)
      hanging.kill('SIGINT')
      expect(await ended(hanging)).toBe(130)
    },
  )

  test.skipIf(process.platform === 'win32')('ends when its reader stops', async () => {
    await stage.put(
      'eu-central-1',
      FUNCTION_GROUP,
      Array.from({ length: 3_000 }, (_, i) => [Date.now() - 4_000 + i, request('made')]),
    )
    const script = `"${process.execPath}" "${BIN}" logs --region eu-central-1 | head -n 2; echo "$PIPESTATUS"`
    const child = spawn('bash', ['-c', script], { cwd: project(), env: { ...process.env, ...stage.env } })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const output = await said(child, /\n\d+\n$/)
    expect(output.split('\n')).toHaveLength(4)
    expect(output).toMatch(/\n0\n$/)
    expect(stderr).toBe('')
  })
})

function start(args: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: project(),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Waits for the text. @returns all output since the last call. */
async function said(child: ChildProcess, text: string | RegExp): Promise<string> {
  let output = ''
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk.toString()
      if (typeof text === 'string' ? !output.includes(text) : !text.test(output)) return
      child.stdout?.off('data', hear)
      resolve(output)
    }
    child.stdout?.on('data', hear)
    child.once('close', () => reject(new Error(`It ended and said:\n${output}`)))
  })
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  return new Promise((resolve) => {
    child.once('close', resolve)
  })
}
