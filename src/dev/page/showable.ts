import type { About } from './messages.js'

/** What a generator says of itself, as far as the page can show it: a module may export anything. */
export function showable(about: About): About {
  const examples: unknown = about.examples
  return {
    ...about,
    examples: Array.isArray(examples) ? examples.filter((example) => typeof example === 'string') : [],
  }
}
