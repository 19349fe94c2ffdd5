// @ts-check
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Only the variables that Lambda sets, and the stub's endpoint.
 * @param {string} folder of the function.
 * @param {string} endpoint
 * @returns {Record<string, string>}
 */
export function lambdaEnvironment(folder, endpoint) {
  return {
    _HANDLER: 'index.handler',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'us-east-1.genato',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
    AWS_ACCESS_KEY_ID: 'AKIABENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_S3: endpoint,
    LAMBDA_TASK_ROOT: folder,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  }
}

/**
 * Writes the origin-request event that CloudFront sends for an image that isn't cached.
 * @param {string} workspace
 * @param {string} uri
 * @returns {string} the file.
 */
export function writeEvent(workspace, uri) {
  const domainName = 'bench-images.s3.us-east-1.amazonaws.com'
  const clientIp = '203.0.113.7'
  const event = {
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: 'd0localgenato0.cloudfront.net',
            distributionId: 'E0LOCALGENATO0',
            eventType: 'origin-request',
            requestId: `${randomBytes(40).toString('base64url')}==`,
          },
          request: {
            clientIp,
            headers: {
              'x-forwarded-for': [{ key: 'X-Forwarded-For', value: clientIp }],
              'user-agent': [{ key: 'User-Agent', value: 'Amazon CloudFront' }],
              via: [{ key: 'Via', value: '1.1 localgenato.cloudfront.net (CloudFront)' }],
              host: [{ key: 'Host', value: domainName }],
            },
            method: 'GET',
            origin: {
              s3: { authMethod: 'none', customHeaders: {}, domainName, path: '', region: 'us-east-1' },
            },
            querystring: '',
            uri,
          },
        },
      },
    ],
  }
  const file = path.join(workspace, `event-${uri.replace(/[^a-z0-9]+/gi, '-')}.json`)
  writeFileSync(file, JSON.stringify(event))
  return file
}
