/** What was given to sign is wrong. */
export class SigningError extends Error {
  override readonly name = 'SigningError'
  /**
   * @param code `BAD_PATH`, `BAD_KEY`, `BAD_EXPIRES`, `NO_WEBCRYPTO`, or the code of a wrong URL, such as `BAD_SIZE`.
   * @param message a sentence with the wrong value and what would be right. It never contains the key.
   */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}
