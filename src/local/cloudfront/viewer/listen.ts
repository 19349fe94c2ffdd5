import type { Server } from 'node:http'
import { GenatoError, messageOf, systemCode, usageError } from '../../../lib/errors.js'

export const DEFAULT_PORT = 6480
const PORTS_TRIED = 20

/**
 * @param make creates a server that does not listen yet.
 * @param port `undefined`: the first free one from `DEFAULT_PORT`.
 * @throws GenatoError PORT_IN_USE, PORT_REFUSED, BAD_HOST
 */
export async function listenFrom(
  make: () => Server,
  host: string,
  port: number | undefined,
): Promise<Server> {
  const first = port ?? DEFAULT_PORT
  const last = port === undefined ? first + PORTS_TRIED - 1 : first
  for (let candidate = first; ; candidate++) {
    try {
      return await listen(make(), host, candidate)
    } catch (error) {
      const code = systemCode(error)
      if (code === 'EADDRINUSE' && candidate < last) continue
      if (code === 'EADDRINUSE')
        throw new GenatoError(
          'PORT_IN_USE',
          `Port ${first} is in use${first === last ? '' : `, and so are the next ${PORTS_TRIED - 1}`}.`,
          {
            hint: 'Stop the program that listens there, or choose another port with --port. Without --port, genato takes the next free one.',
            cause: error,
          },
        )
      if (code === 'EACCES')
        throw new GenatoError('PORT_REFUSED', `This user may not listen on port ${candidate}.`, {
          hint: 'Choose one above 1023 with --port.',
          cause: error,
        })
      throw usageError(
        'BAD_HOST',
        `genato can't listen on ${host}: ${messageOf(error)}.`,
        '--host takes an address of this machine, such as 0.0.0.0 for all of them.',
      )
    }
  }
}

export function listen(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
