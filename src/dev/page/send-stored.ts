import type http from 'node:http'
import { GENERATED } from '../../../handler/shared/contract.js'
import type { ObjectFolder } from '../../objects/folder.js'
import { headersOf, send, sendText } from './answers.js'

/**
 * A stored image for the gallery, past the edge and the function: looking at what was made shall neither
 * start processes, nor fill the cache, nor write a line for each.
 */
export async function sendStored(
  images: Pick<ObjectFolder, 'get'> | undefined,
  key: string,
  outgoing: http.ServerResponse,
): Promise<void> {
  const object = key.startsWith(GENERATED) ? await images?.get(key) : undefined
  if (!object?.contentType.startsWith('image/')) return sendText(outgoing, 404, 'There is no such image.')
  send(outgoing, 200, headersOf(object.contentType), object.body)
}
