/** What a path means, as `genato explain` and the page of `genato dev` tell it. */
export type Explanation =
  | {
      kind: 'image'
      canonicalPath: string
      key: string
      details: Record<string, string | number>
      headers: Record<string, string>
      /** What is wrong with the generator, where that shows. */
      warning?: string
    }
  | { kind: 'file'; key: string }
  | { kind: 'folder' }
  | { kind: 'rejected'; code: string; message: string }
