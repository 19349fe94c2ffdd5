// The editor in the recording: a drawing of an editor, and the source that is typed into it.

/** A generator that is short enough to be fully visible. */
export const GENERATOR = `import { decode, defineGenerator, escapeXml }
  from 'genato'

const style = {
  color: '#2456c9',
  greeting: 'Hello',
}

export default defineGenerator({
  version: '1',
  examples: ['/hello/you.svg', '/hello/world.svg'],

  parse(path) {
    const name = /^\\/hello\\/(.+)\\.svg$/.exec(path)?.[1]
    return name && { name: decode(name) }
  },

  format: ({ name }) =>
    \`/hello/\${encodeURIComponent(name)}.svg\`,

  describe: ({ name }) => ({ name, ...style }),

  generate: async ({ name }) => ({
    contentType: 'image/svg+xml',
    body: \`<svg xmlns="http://www.w3.org/2000/svg"
      width="640" height="260">
      <rect width="640" height="260" rx="20"
        fill="\${style.color}" />
      <text x="320" y="148" fill="#fff"
        font-family="sans-serif" font-size="52"
        text-anchor="middle">\${style.greeting},
        \${escapeXml(name)}</text>
    </svg>\`,
  }),
})
`

const TOKENS =
  /(?<string>'[^'\n]*'?|\/\^.*?\/(?=\.exec))|(?<word>\b(?:import|from|const|export|default|return|async)\b)|(?<name>\b\w+(?=[:(]))/g

/** @param {number} caret its position in the source, or -1. */
export function editorHtml(source, caret, saved) {
  const marked = caret === -1 ? source : `${source.slice(0, caret)}\u0001${source.slice(caret)}`
  const lines = marked
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const here = line.includes('\u0001') ? ' class="here"' : ''
      const text = escape(line).replace(TOKENS, (token, ...rest) => {
        const kind = Object.entries(rest.at(-1)).find(([, found]) => found !== undefined)?.[0]
        return `<i class="${kind}">${token}</i>`
      })
      return `<li${here}><code>${text.replace('\u0001', '<b></b>') || ' '}</code></li>`
    })
  return `<!doctype html><style>
    body { margin: 0; background: #131a22; color: #d5dde5; font: 12.5px/20px ui-monospace, 'DejaVu Sans Mono', monospace }
    header { padding: 14px 20px; color: #93a1af; font: 14px system-ui, sans-serif; border-bottom: 1px solid #28313b }
    header::after { content: ${saved ? "''" : "' ●'"}; color: #8db2ff }
    ol { margin: 12px 0; padding: 0 0 0 44px; color: #55616e }
    li { padding-left: 10px } li.here { background: #1d2631 } code { font: inherit; color: #d5dde5; white-space: pre }
    i { font-style: normal } .string { color: #9fd6a8 } .word { color: #c9a6ff } .name { color: #8db2ff }
    b { border-left: 2px solid #fff; margin-right: -2px }
  </style><header>generator.ts</header><ol>${lines.join('')}</ol>`
}

function escape(text) {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}
