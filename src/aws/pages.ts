import { isNamed } from './errors.js'

/**
 * The pages of a listing where absence is an answer: then there are none.
 * @param pages of the SDK's paginator.
 * @param names of the errors that mean absent, and no others.
 */
export async function* pagesIfAny<Page>(
  pages: AsyncIterable<Page>,
  ...names: string[]
): AsyncGenerator<Page, undefined> {
  try {
    yield* pages
  } catch (error) {
    if (!isNamed(error, ...names)) throw error
  }
  return undefined
}
