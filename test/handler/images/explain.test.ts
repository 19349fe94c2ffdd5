import { describe, expect, it } from 'vitest'
import { explainPicture } from '../../../handler/images/explain.js'
import { renditionKey } from '../../../handler/shared/pictures/key.js'
import type { Accepted } from '../../../handler/shared/pictures/operations.js'
import { mount } from '../../support/images.js'
import { operations } from '../../support/operations.js'

const PHOTOS = mount({ prefix: 'public/' })
const LISTED = mount({ name: 'listed', allow: ['40x_auto', '400x300_webp'], asIs: true })
const SIGNED = mount({ name: 'signed', allow: 'signed' })
const explain = (path: string) => explainPicture([PHOTOS, LISTED, SIGNED], path)

describe('the meaning of a path', () => {
  it('is a rendition: its one spelling, its key, what it asks for and how long it is kept', () => {
    expect(explain('/photos/400X300,webp,SMART,q=80/cats/tom%20a.jpg')).toEqual({
      kind: 'image',
      canonicalPath: '/photos/400x300,smart,webp/cats/tom%20a.jpg',
      key: renditionKey(
        { generation: PHOTOS.generation, mount: 'photos', key: 'cats/tom a.jpg' },
        operations({
          width: 400,
          height: 300,
          place: { kind: 'smart' },
          format: { kind: 'fixed', format: 'webp' },
        }),
      ),
      details: expect.objectContaining({ mount: 'photos', original: 'cats/tom a.jpg', format: 'webp' }),
      headers: { 'Cache-Control': 'public, max-age=3600, s-maxage=86400' },
    })
  })

  it('has a key for each kind of viewer where the format is up to the viewer', () => {
    const key = (accepted: Accepted) =>
      renditionKey(
        { generation: LISTED.generation, mount: 'listed', key: 'a' },
        operations({ width: 40, format: { kind: 'auto', accepted } }),
      )
    expect(explain('/listed/40x,auto/a')).toMatchObject({
      canonicalPath: '/listed/40x,auto/a',
      key: key('none'),
      details: { keys: { avif: key('avif'), webp: key('webp'), none: key('none') } },
    })
  })

  it.each([
    ['/photos/40y/', 'NOT_FOUND'],
    ['/photos/0x0/a', 'BAD_SIZE'],
    ['/photos/40x,avfi/a', 'BAD_OPTION'],
    ['/photos/a', 'NOT_FOUND'],
    ['/listed/41x/a', 'NOT_ALLOWED'],
    ['/listed/40x,auto,v=1/a', 'NOT_ALLOWED'],
  ])('is a mistake: %s, %s', (path, code) => {
    expect(explain(path)).toMatchObject({ kind: 'rejected', code, message: expect.stringMatching(/\S/) })
  })

  it('is the original as it is stored, where the mount gives it', () => {
    expect(explain('/listed/a%20b.jpg')).toEqual({ kind: 'file', key: 'photos/a b.jpg' })
  })

  it('warns of a colour that was meant as a place', () => {
    expect(explain('/photos/40x30,contain,face/a')).toMatchObject({
      warning: expect.stringContaining('faces'),
    })
  })

  it('is somebody else’s below no mount', () => {
    expect(explain('/640x480,white')).toEqual({ kind: 'folder' })
  })

  it('is kept for minutes by browsers where access is signed', () => {
    expect(explain('/signed/40x/a')).toMatchObject({
      headers: { 'Cache-Control': 'public, max-age=300, s-maxage=86400' },
    })
  })
})
