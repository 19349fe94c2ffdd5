// @ts-check
import path from 'node:path'
import { run, startSide } from './children.js'
import { benchFile } from './places.js'
import { startStub } from './stub.js'

/** @typedef {{ key: string, certificate: string }} Identity */

/**
 * A certificate for `localhost`, for an hour of measuring.
 * @param {string} workspace
 * @returns {Promise<Identity>}
 * @throws if openssl is missing.
 */
export async function makeIdentity(workspace) {
  const key = path.join(workspace, 'key.pem')
  const certificate = path.join(workspace, 'certificate.pem')
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  await run('openssl', ['req', ...kind, ...name, '-keyout', key, '-out', certificate])
  return { key, certificate }
}

/**
 * Runs a function with a stub that, like S3, is behind TLS and a distance.
 * @template T
 * @param {Identity} identity
 * @param {{ roundTrip: number, stored: boolean }} options milliseconds, and whether every object exists.
 * @param {(endpoint: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withFarStub(identity, { roundTrip, stored }, use) {
  const stub = await startStub({ stored, identity })
  const { port } = new URL(stub.endpoint)
  const distance = startSide(process.execPath, [benchFile('sides/distance.js'), port, String(roundTrip)])
  try {
    const { port: far } = /** @type {{ port: number }} */ (await distance.next())
    return await use(`https://localhost:${far}`)
  } finally {
    await Promise.all([distance.end(), stub.end()])
  }
}
