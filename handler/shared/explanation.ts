/** One detail of an image: `1200`, `'png'`, `null`, or several details by name. */
export type Detail = string | number | boolean | null | { readonly [name: string]: Detail }

/** The meaning of a path, for `genato explain` and the page of `genato dev`. */
export type Explanation =
  | {
      kind: 'image'
      canonicalPath: string
      key: string
      details: Record<string, Detail>
      headers: Record<string, string>
      /** A mistake in the generator that this path reveals. */
      warning?: string
    }
  | {
      kind: 'file'
      key: string
      /** The path of the image that was probably meant. */
      suggestion?: string
    }
  | { kind: 'folder' }
  | { kind: 'rejected'; code: string; message: string }
