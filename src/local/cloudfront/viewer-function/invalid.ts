/** A viewer function's result that CloudFront would answer with 502. The message says what is wrong with it. */
export class InvalidViewerResult extends Error {
  override readonly name = 'InvalidViewerResult'
}
