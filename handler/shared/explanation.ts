/** One thing that a generator tells of an image: `1200`, `'png'`, `null`, or several by name. */
export type Detail = string | number | boolean | null | { readonly [name: string]: Detail }

/** What a path means, as `genato explain` and the page of `genato dev` tell it. */
export type Explanation =
  | {
      kind: 'image'
      canonicalPath: string
      key: string
      details: Record<string, Detail>
      headers: Record<string, string>
      /** What is wrong with the generator, where that shows. */
      warning?: string
    }
  /** @property suggestion the path of the image that was probably meant. */
  | { kind: 'file'; key: string; suggestion?: string }
  | { kind: 'folder' }
  | { kind: 'rejected'; code: string; message: string }
