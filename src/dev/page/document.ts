import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { escapeXml } from '../../../handler/shared/contract.js'
import { packageRoot } from '../../lib/package-root.js'

/** The page itself, with its style and script inside. */
export interface PageDocument {
  /** @param examples for browsers without JavaScript, which can only follow links. */
  html(examples: readonly string[]): string
  /** Nothing but this style and this script runs, whatever finds its way into the page. */
  policy: string
}

/** Reads what the build made of `client/`. @throws the file system's error where there is no build. */
export function readDocument(): PageDocument {
  const read = (name: string) => readFileSync(path.join(packageRoot(), 'dist', 'page', name), 'utf8')
  const [template, style, script] = [read('page.html'), read('style.css'), read('page.js')]
  // Not replaced by a string: in that, a $ means something.
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

/** Whether a link to it stays on this server: two slashes at the start, or a backslash, would lead to another. */
function isOwnPath(text: string): boolean {
  return /^\/(?![/\\])/.test(text)
}

function link(example: string): string {
  const text = escapeXml(example)
  return `<a href="${text}">${text}</a>`
}
