import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as cloudfront from '@aws-sdk/client-cloudfront'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as iam from '@aws-sdk/client-iam'
import * as lambda from '@aws-sdk/client-lambda'
import * as s3 from '@aws-sdk/client-s3'
import { zipSync } from 'fflate'
import { somebody } from './aws.js'

const SERVICES = { cloudfront, logs, iam, lambda, s3 }

interface Recorded {
  service: keyof typeof SERVICES
  region: string
  operation: string
  input: Record<string, unknown>
}

/** An SDK command, created and sent by name. */
type Commands = Record<string, new (input: object) => never>
interface Sends {
  send(command: never): Promise<Record<string, never>>
}

/**
 * Repeats every write of a deploy by an earlier version, in order, so that the account is as that version left it.
 * The package's bytes were not recorded: a small zip stands in for them.
 * @param name of a file in test/aws/recorded/.
 * @param digest the package's content digest, if the recording leaves it open.
 */
export async function replay(
  endpoint: string,
  name: string,
  digest = '0'.repeat(64),
): Promise<{ distribution: string }> {
  const zip = zipSync({ 'index.js': Buffer.from('exports.handler = () => undefined') })
  const known = {
    '<code>': createHash('sha256').update(zip).digest('base64'),
    '<control>': '',
    '<digest>': digest,
    '<distribution>': '',
    '<role>': '',
  }
  const file = path.join(import.meta.dirname, '..', 'aws', 'recorded', `${name}.ndjson`)
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const text = Object.entries(known).reduce((text, [name, value]) => text.replaceAll(name, value), line)
    const { service, region, operation, input } = JSON.parse(text) as Recorded
    if (input['Body'] === 'BODY') input['Body'] = zip
    const Command = (SERVICES[service] as unknown as Commands)[`${operation}Command`]
    if (Command === undefined) throw new Error(`There is no command ${operation}.`)
    const client = somebody(endpoint, { region })[service] as unknown as Sends
    const answer = await client.send(new Command(input))
    if (operation === 'CreateRole') known['<role>'] = idOf(answer, 'Role')
    if (operation === 'CreateOriginAccessControl') known['<control>'] = idOf(answer, 'OriginAccessControl')
    if (operation === 'CreateDistributionWithTags') known['<distribution>'] = idOf(answer, 'Distribution')
  }
  return { distribution: known['<distribution>'] }
}

function idOf(answer: Record<string, { Id?: string; RoleId?: string }>, of: string): string {
  const id = answer[of]?.Id ?? answer[of]?.RoleId
  if (id === undefined) throw new Error(`The response has no ${of}.`)
  return id
}
