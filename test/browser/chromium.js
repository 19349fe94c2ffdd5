import { existsSync } from 'node:fs'
import path from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

export const NO_CHROMIUM =
  'There is no Chromium on this machine: install one (on Debian: apt-get install chromium), or name it with GENATO_CHROMIUM.'

/**
 * The browser that tests and recordings drive: the one named by GENATO_CHROMIUM, or the first found.
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env['GENATO_CHROMIUM']
  if (named) return existsSync(named) ? named : undefined
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const found = folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)))
  return [...found, ...ELSEWHERE].find((file) => existsSync(file))
}

/** For `chromium.launch`. Chromium refuses its sandbox to root, which is who containers often are. */
export function launchOptions() {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(NO_CHROMIUM)
  return { executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] }
}
