import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { escapeXml } from '../../../handler/shared/contract.js'
import { packageRoot } from '../../lib/package-root.js'

/** The page itself, with its style and script inside. */
export interface PageDocument {
  /** @param examples for browsers without JavaScript, which can only follow links. */
  html(examples: readonly string[]): string
  /** The content security policy: only this style and this script apply, whatever gets into the page. */
  policy: string
}

/** Reads the build of `client/`. @throws the file system's error if it was not built. */
export function readDocument(): PageDocument {
  const read = (name: string) => readFileSync(path.join(packageRoot(), 'dist', 'page', name), 'utf8')
  const [template, style, script] = [read('page.html'), read('style.css'), read('page.js')]
  // A replacement string would interpret `$`.
  const html = template
    .replace('<!--style-->', () => `<style>${style}</style>`)
    .replace('<!--script-->', () => `<script type="module">${script}</script>`)
  return {
    html: (examples) => html.replace('<!--examples-->', () => examples.filter(isOwnPath).map(link).join(' ')),
    policy: [
      "default-src 'none'",
      `style-src ${sourceOf(style)}`,
      `script-src ${sourceOf(script)}`,
      "img-src 'self' blob: data:",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
  }
}

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** Whether a link to it stays on this server. Two slashes at the start, or a backslash, would leave it. */
function isOwnPath(text: string): boolean {
  return /^\/(?![/\\])/.test(text)
}

function link(example: string): string {
  const text = escapeXml(example)
  return `<a href="${text}">${text}</a>`
}
