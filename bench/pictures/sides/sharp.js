// @ts-check
// Bare sharp doing the same: what somebody would write who needs just this.
import sharp from 'sharp'
import { encodeAs } from '../encoders.js'
import { answerOrders } from './orders.js'

sharp.cache(false)

await answerOrders(async ({ file, width, height, format }, original) =>
  encodeAs(
    sharp(original, { animated: file.endsWith('.gif') })
      .autoOrient()
      .resize(width, height),
    format,
  ).toBuffer(),
)
