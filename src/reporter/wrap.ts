/**
 * Breaks lines at spaces, and indents the rest by two more columns than the line began with. A word that is too
 * long for any line stays whole, and where it is: it may be a URL that someone copies.
 * @param columns `undefined` for no limit.
 */
export function wrapIndented(text: string, columns: number | undefined): string {
  return eachLine(text, columns, (line) => (/^ */.exec(line)?.[0].length ?? 0) + 2)
}

/** Breaks only the rows of a table (a name, two or more spaces, a value), and aligns the rest with the value. */
export function wrapRows(text: string, columns: number | undefined): string {
  return eachLine(text, columns, (line) => /^ *\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0].length)
}

function eachLine(
  text: string,
  columns: number | undefined,
  indentOf: (line: string) => number | undefined,
): string {
  if (columns === undefined) return text
  return text
    .split('\n')
    .map((line) => {
      const indent = line.length > columns ? indentOf(line) : undefined
      // Anything narrower would be hard to read.
      return indent === undefined || indent > columns - 15 ? line : wrapLine(line, columns, indent)
    })
    .join('\n')
}

function wrapLine(line: string, columns: number, indent: number): string {
  const lines: string[] = []
  let current = line.slice(0, indent)
  let empty = true
  for (const word of line.slice(indent).match(/ *[^ ]+/g) ?? []) {
    const fits = indent + word.trimStart().length <= columns
    if (!empty && fits && current.length + word.length > columns) {
      lines.push(current)
      current = ' '.repeat(indent)
      empty = true
    }
    current += empty && lines.length > 0 ? word.trimStart() : word
    empty = false
  }
  return [...lines, current].join('\n')
}
