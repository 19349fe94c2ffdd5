import type { Operations } from '../../handler/shared/pictures/operations.js'

/** What a URL means that asks for nothing but what is given here. */
export function operations(asked: Partial<Operations>): Operations {
  return {
    width: undefined,
    height: undefined,
    fit: 'cover',
    place: { kind: 'centre' },
    pad: undefined,
    crop: undefined,
    background: undefined,
    format: { kind: 'original' },
    quality: undefined,
    rotate: 0,
    flop: false,
    flip: false,
    mono: false,
    sharpen: false,
    still: false,
    enlarge: false,
    blur: undefined,
    version: undefined,
    ...asked,
  }
}
