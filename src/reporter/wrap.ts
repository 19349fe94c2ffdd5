/**
 * Breaks lines at spaces, and indents the rest by two more columns than the line began with. A word that is too
 * long for any line stays whole, and where it is: it may be a URL that someone copies.
 * @param columns `undefined` for no limit.
 */
export function wrapIndented(text: string, columns: number | undefined): string {
  return eachLine(text, columns, hangingIndent)
}

function hangingIndent(line: string): number {
  return (/^ */.exec(line)?.[0].length ?? 0) + 2
}

/** As `wrapIndented`, but the rest of a table's row (a name, two or more spaces, a value) is aligned with the value. */
export function wrapRows(text: string, columns: number | undefined): string {
  return eachLine(
    text,
    columns,
    (line) => /^ *\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0].length ?? hangingIndent(line),
  )
}

function eachLine(text: string, columns: number | undefined, indentOf: (line: string) => number): string {
  if (columns === undefined) return text
  return text
    .split('\n')
    .map((line) => {
      const indent = indentOf(line)
      // Anything narrower would be hard to read.
      return line.length <= columns || indent > columns - 15 ? line : wrapLine(line, columns, indent)
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
