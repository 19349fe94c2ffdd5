import { expect, test } from 'vitest'
import { createClients } from '../../src/aws/clients.js'

test('each region has its own clients, which are created once and shared', async () => {
  const clients = createClients()
  const { lambda, s3 } = clients.in('eu-west-1')
  expect(clients.in('eu-west-1').lambda).toBe(lambda)
  expect(clients.in('eu-west-1').s3).toBe(s3)
  expect(clients.in('us-east-1').lambda).not.toBe(lambda)
  expect(await clients.in('eu-west-1').logs.config.region()).toBe('eu-west-1')
  expect(await clients.global.cloudfront.config.region()).toBe('us-east-1')
  clients.close()
})
