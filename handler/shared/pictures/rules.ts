/** What the grammar needs to know of a mount. */
export interface PictureRules {
  readonly limits: {
    /** The longest side of a rendition, in pixels. */
    readonly side: number
  }
}
