/** The import that stands for the user's generator in a package's entry. */
export const GENERATOR = 'genato:generator'
