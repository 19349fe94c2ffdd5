import { expect, it } from 'vitest'
import { readOriginal } from '../../src/commands/render-picture.js'
import { mount } from '../support/images.js'

// Tests may run as root, who can read every file.
it.each(['head', 'get'] as const)('an original that can’t be read is no bug of genato: %s', async (fails) => {
  const refused = async () => Promise.reject(new Error("EACCES: permission denied, open '/pictures/a.jpg'"))
  const about = { key: 'a.jpg', size: 1, contentType: 'image/jpeg', etag: '"1"', lastModified: new Date(0) }
  const folder = {
    root: '/pictures',
    head: fails === 'head' ? refused : async () => Promise.resolve(about),
    get: refused,
    list: async () => Promise.resolve([]),
  }
  await expect(readOriginal(folder, 'a.jpg', mount())).rejects.toMatchObject({
    code: 'ORIGINAL_UNREADABLE',
    message: expect.stringContaining('permission denied') as string,
    hint: expect.stringContaining('permissions') as string,
  })
})
