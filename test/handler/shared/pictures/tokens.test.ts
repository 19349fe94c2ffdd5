import { describe, expect, it } from 'vitest'
import { operationsKey } from '../../../../handler/shared/pictures/key.js'
import type { Operations } from '../../../../handler/shared/pictures/operations.js'
import { read, refusal, tokens } from './support.js'

function operationsOf(given: string): Operations {
  const parsed = read(`/photos/${given}/a.jpg`)
  if (parsed.kind !== 'rendition') throw new Error(`${given} is no size`)
  return parsed.operations
}

describe('the one spelling', () => {
  it.each([
    // Sizes.
    ['400x300', '400x300', '400x300'],
    ['400X300', '400x300', '400x300'],
    ['400x', '400x', '400x'],
    ['x300', 'x300', 'x300'],
    ['400x300@2x', '800x600', '800x600'],
    ['x300@3X', 'x900', 'x900'],
    ['1x4096', '1x4096', '1x4096'],
    ['%34%30%30x300', '400x300', '400x300'],
    // Fits. With one side, there is nothing to fit.
    ['400x300,cover', '400x300', '400x300'],
    ['400x300,Contain', '400x300,contain', '400x300_contain'],
    ['400x300,inside', '400x300,inside', '400x300_inside'],
    ['400x,contain', '400x', '400x'],
    ['x300,inside', 'x300', 'x300'],
    // Places.
    ['400x300,center', '400x300', '400x300'],
    ['400x300,CENTRE', '400x300', '400x300'],
    ['400x300,topLeft', '400x300,topleft', '400x300_topleft'],
    ['400x300,contain,bottom', '400x300,contain,bottom', '400x300_contain_bottom'],
    ['400x300,contain,center', '400x300,contain', '400x300_contain'],
    ['400x300,smart', '400x300,smart', '400x300_smart'],
    ['400x300,faces', '400x300,faces', '400x300_faces'],
    ['400x300,face=15', '400x300,face=15', '400x300_face-15'],
    ['400x300,FACE=1,PAD=200', '400x300,face=1,pad=200', '400x300_face-1_pad-200'],
    ['400x300,pad=0,faces', '400x300,faces,pad=0', '400x300_faces_pad-0'],
    ['400x300,at=30X70', '400x300,at=30x70', '400x300_at-30x70'],
    ['400x300,at=50x50', '400x300', '400x300'],
    ['400x300,at=50x0', '400x300,top', '400x300_top'],
    ['400x300,at=50x100', '400x300,bottom', '400x300_bottom'],
    ['400x300,at=0x50', '400x300,left', '400x300_left'],
    ['400x300,at=100x50', '400x300,right', '400x300_right'],
    ['400x300,at=0x0', '400x300,topleft', '400x300_topleft'],
    ['400x300,at=100x0', '400x300,topright', '400x300_topright'],
    ['400x300,at=0x100', '400x300,bottomleft', '400x300_bottomleft'],
    ['400x300,at=100x100', '400x300,bottomright', '400x300_bottomright'],
    // Crops.
    ['400x300,crop=100x80+10+5', '400x300,crop=100x80+10+5', '400x300_crop-100x80-10-5'],
    ['400x,CROP=100X80%2B0%2B0', '400x,crop=100x80+0+0', '400x_crop-100x80-0-0'],
    ['400x300,smart,crop=9x9+1+1', '400x300,smart,crop=9x9+1+1', '400x300_smart_crop-9x9-1-1'],
    // Backgrounds.
    ['400x300,FFF', '400x300,white', '400x300_bg-ffffff'],
    ['400x300,ffffffff', '400x300,white', '400x300_bg-ffffff'],
    ['400x300,%23000', '400x300,black', '400x300_bg-000000'],
    ['400x300,Black', '400x300,black', '400x300_bg-000000'],
    ['400x300,f80', '400x300,ff8800', '400x300_bg-ff8800'],
    ['400x300,f808', '400x300,ff880088', '400x300_bg-ff880088'],
    ['400x300,face', '400x300,ffaaccee', '400x300_bg-ffaaccee'],
    ['400x300,decade', '400x300,decade', '400x300_bg-decade'],
    ['400x300,transparent', '400x300', '400x300'],
    ['400x300,0000', '400x300', '400x300'],
    ['400x300,ff880000', '400x300', '400x300'],
    ['400x300,jpg,white', '400x300,jpg', '400x300_jpg'],
    ['400x300,jpg,black', '400x300,black,jpg', '400x300_bg-000000_jpg'],
    ['400x300,png,white', '400x300,white,png', '400x300_bg-ffffff_png'],
    // Formats and qualities.
    ['400x300,JPEG', '400x300,jpg', '400x300_jpg'],
    ['400x300,gif', '400x300,gif', '400x300_gif'],
    ['400x300,auto', '400x300,auto', '400x300_auto'],
    ['400x300,json', '400x300,json', '400x300_json'],
    ['400x300,q=80,webp', '400x300,webp', '400x300_webp'],
    ['400x300,q=50,avif', '400x300,avif', '400x300_avif'],
    ['400x300,q=80,avif', '400x300,avif,q=80', '400x300_avif_q-80'],
    ['400x300,q=80,auto', '400x300,auto,q=80', '400x300_auto_q-80'],
    ['400x300,q=100,jpg', '400x300,jpg,q=100', '400x300_jpg_q-100'],
    // Orientations: eight of sixteen.
    ['400x300,rotate=90', '400x300,rotate=90', '400x300_rotate-90'],
    ['400x300,rotate=180', '400x300,rotate=180', '400x300_rotate-180'],
    ['400x300,rotate=270', '400x300,rotate=270', '400x300_rotate-270'],
    ['400x300,flop', '400x300,flop', '400x300_flop'],
    ['400x300,flip', '400x300,flip', '400x300_flip'],
    ['400x300,flip,flop', '400x300,rotate=180', '400x300_rotate-180'],
    ['400x300,flop,rotate=90', '400x300,rotate=90,flop', '400x300_rotate-90_flop'],
    ['400x300,flip,rotate=90', '400x300,rotate=90,flip', '400x300_rotate-90_flip'],
    ['400x300,flip,flop,rotate=90', '400x300,rotate=270', '400x300_rotate-270'],
    ['400x300,flop,rotate=180', '400x300,flip', '400x300_flip'],
    ['400x300,flip,rotate=180', '400x300,flop', '400x300_flop'],
    ['400x300,flip,flop,rotate=180', '400x300', '400x300'],
    ['400x300,flop,rotate=270', '400x300,rotate=90,flip', '400x300_rotate-90_flip'],
    ['400x300,flip,rotate=270', '400x300,rotate=90,flop', '400x300_rotate-90_flop'],
    ['400x300,flip,flop,rotate=270', '400x300,rotate=90', '400x300_rotate-90'],
    // The rest.
    [
      '400x300,Mono,SHARPEN,still,Enlarge',
      '400x300,mono,sharpen,still,enlarge',
      '400x300_mono_sharpen_still_enlarge',
    ],
    ['400x300,blur=100', '400x300,blur=100', '400x300_blur-100'],
    ['400x300,v=Ab.1-2', '400x300,v=Ab.1-2', '400x300_v-Ab.1-2'],
    ['400x300,V=0', '400x300,v=0', '400x300_v-0'],
    [
      '400x300,v=7,blur=2,enlarge,still,sharpen,mono,flip,rotate=90,q=7,webp,123,crop=1x2+3+4,top,cover',
      '400x300,top,crop=1x2+3+4,112233,webp,q=7,rotate=90,flip,mono,sharpen,still,enlarge,blur=2,v=7',
      '400x300_top_crop-1x2-3-4_bg-112233_webp_q-7_rotate-90_flip_mono_sharpen_still_enlarge_blur-2_v-7',
    ],
  ])('of %s is %s, and %s in a key', (given, path, key) => {
    expect(tokens(given)).toBe(path)
    expect(operationsKey(operationsOf(given))).toBe(key)
  })
})

describe('a wrong size', () => {
  it.each([
    ['0x10', 'BAD_SIZE', '1x10'],
    ['10x0', 'BAD_SIZE', '10x1'],
    ['010x10', 'BAD_SIZE', '10x10'],
    ['4.5x3', 'BAD_SIZE', '5x3'],
    ['123456x3', 'BAD_SIZE', '4096x3'],
    ['400x300@', 'BAD_SIZE', '400x300'],
    ['400x300@1x', 'BAD_SIZE', '400x300'],
    ['400x300@2', 'BAD_SIZE', '400x300@2x'],
    ['400x300@4x', 'BAD_SIZE', '400x300'],
    ['x@2x', 'BAD_SIZE', '400x300'],
    ['.x1', 'BAD_SIZE', 'x1'],
    ['4097x', 'SIZE_LIMIT', '4096x'],
    ['x2049@2x', 'SIZE_LIMIT', 'x2049'],
    ['2000x1500@3x', 'SIZE_LIMIT', '2000x1500'],
  ])('%s is %s, and %s is near', (given, code, near) => {
    const found = refusal(`/photos/${given}/a.jpg`)
    expect(found.code).toBe(code)
    expect(found.message).toContain(` ${near}.`)
    expect(tokens(near)).toBeTruthy()
  })
})

describe('a wrong option', () => {
  it.each([
    ['400x300,', 'nothing between two commas'],
    ['400x300,,webp', 'nothing between two commas'],
    ['400x300,500x', 'second size'],
    ['400x300,x', 'the words are'],
    ['400x300,webp,png', 'second format after "webp"'],
    ['400x300,webp,webp', 'second format'],
    ['400x300,jpg,jpeg', 'second format'],
    ['400x300,cover,contain', 'second fit'],
    ['400x300,fff,000', 'second background'],
    ['400x300,flip,flip', 'second flip'],
    ['400x300,q=1,webp,q=2', 'second q='],
    ['400x300,crop=1x1+0+0,crop=1x1+0+0', 'second crop='],
    ['400x300,wepb', 'did you mean webp?'],
    ['400x300,conver', 'did you mean cover?'],
    ['400x300,rorate=90', 'did you mean rotate=?'],
    ['400x300,smart.webp', '"smart,webp"'],
    ['400x300,gray', 'write mono'],
    ['400x300,stretch', 'never distorted'],
    ['400x300,fill', 'write cover'],
    ['400x300,text=Hi', 'only generated images have a text'],
    ['400x300,fit=cover', 'write the fit alone, such as cover'],
    ['400x300,quality=80', 'write q=80'],
    ['400x300,w=300', 'write the size first'],
    ['400x300,north', 'write top'],
    ['400x300,red', 'write ff0000 for the colour red'],
    ['400x300,%23ff', '3, 4, 6 or 8 hex digits'],
    ['400x300,ff880', '3, 4, 6 or 8 hex digits'],
    ['400x300,auto=avif', 'write auto alone'],
    ['400x300,auto-avif', 'write auto alone'],
    ['400x300,bg-ff8800', 'write the colour alone'],
    ['400x300,svg', 'never an SVG'],
    ['400x300,__proto__', 'the words are'],
    ['400x300,constructor=1', 'the options'],
    ['400x300,webp%3Fq=3', 'contains a ?'],
    ['400x300,face=0', 'face=1'],
    ['400x300,face=16', 'face=15'],
    ['400x300,face=01', 'face=1'],
    ['400x300,at=30', 'at=30x70'],
    ['400x300,at=30x101', 'at=30x70'],
    ['400x300,at=030x1', 'at=30x70'],
    ['400x300,faces,pad=201', 'pad=200'],
    ['400x300,faces,pad=-1', 'pad=0'],
    ['400x300,faces,pad=1.5', 'pad=2'],
    ['400x300,faces,pad=', 'pad=10'],
    ['400x300,faces,pad= 5', 'pad=5'],
    ['400x300,crop=100x80', 'crop=100x80+10+5'],
    ['400x300,crop=0x80+0+0', 'crop=100x80+10+5'],
    ['400x300,crop=1x1+00+0', 'crop=100x80+10+5'],
    ['400x300,crop=1x1+0+100000', 'crop=100x80+10+5'],
    ['400x300,webp,q=0', 'q=1.'],
    ['400x300,webp,q=101', 'q=100'],
    ['400x300,webp,q=+80', 'q=80'],
    ['400x300,webp,q=8e1', 'q=80.'],
    ['400x300,rotate=0', 'rotate=90'],
    ['400x300,rotate=45', 'rotate=90'],
    ['400x300,blur=0', 'blur=1.'],
    ['400x300,blur=2.5', 'blur=3'],
    ['400x300,v=', 'v=2'],
    ['400x300,v=a_b', 'v=2'],
    [`400x300,v=${'a'.repeat(41)}`, 'v=2'],
    ['400x300,blac\u212a', 'the words are'],
    ['400x300,mono=1', 'mono has no value'],
    ['400x300,%0a', 'the words are'],
  ])('%s: %s', (given, hint) => {
    const found = refusal(`/photos/${given}/a.jpg`)
    expect(found.code).toBe('BAD_OPTION')
    expect(found.message).toContain(hint)
  })
})

describe('a conflict', () => {
  it.each([
    ['400x,smart', '400x300,smart'],
    ['x300,center', 'both sides'],
    ['400x,at=0x0', 'both sides'],
    ['400x,faces,pad=3', 'both sides'],
    ['400x300,smart,faces', 'second place after "smart"'],
    ['400x300,top,top', 'second place'],
    ['400x300,face=1,at=1x1', 'second place after "face=1"'],
    ['400x300,at=1x1,left', 'second place after "at=1x1"'],
    ['400x300,contain,smart', 'contain cuts nothing'],
    ['400x300,contain,faces', 'contain cuts nothing'],
    ['400x300,contain,face=1', 'contain cuts nothing'],
    ['400x300,contain,at=0x0', 'contain cuts nothing'],
    ['400x300,inside,top', 'keeps the whole picture'],
    ['400x300,inside,centre', 'keeps the whole picture'],
    ['400x300,inside,smart', 'keeps the whole picture'],
    ['400x300,pad=10', 'add faces or face=1'],
    ['400x300,smart,pad=10', 'add faces or face=1'],
    ['400x300,faces,crop=1x1+0+0', 'leave out one of the two'],
    ['400x300,face=2,crop=1x1+0+0', 'leave out one of the two'],
    ['400x300,q=80', 'jpg, webp, avif or auto'],
    ['400x300,png,q=80', 'means nothing in png'],
    ['400x300,gif,q=80', 'means nothing in gif'],
    ['400x300,json,q=80', 'means nothing in json'],
    ['400x300,still,jpg', 'leave it out'],
    ['400x300,still,png', 'leave it out'],
    ['400x300,still,avif', 'leave it out'],
    ['400x300,json,white', 'leave out white'],
    ['400x300,json,transparent', 'leave out transparent'],
    ['400x300,jpg,transparent', 'opaque'],
    ['400x300,jpg,ff880080', 'partly'],
    ['400x300,jpg,face', 'faces or face=1'],
  ])('%s: %s', (given, hint) => {
    const found = refusal(`/photos/${given}/a.jpg`)
    expect(found.code).toBe('CONFLICT')
    expect(found.message).toContain(hint)
  })

  it.each([
    'webp,q=3',
    'jpg,q=3',
    'avif,q=3',
    'auto,q=3',
    'still,gif',
    'still,webp',
    'still,auto',
    'still',
    'still,json',
  ])('is none in %s', (given) => expect(tokens(`400x300,${given}`)).toContain('400x300,'))
})
