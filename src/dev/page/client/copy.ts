import { byId } from './elements.js'
import type { Status } from './status.js'

/** The button that copies the URL. */
export function createCopy(url: () => string, status: Status): void {
  const field = byId('url', HTMLInputElement)
  byId('copy', HTMLButtonElement).addEventListener('click', () => {
    const whole = url()
    // Browsers give the clipboard only to pages on localhost or https.
    const copied = navigator.clipboard
      ? navigator.clipboard.writeText(whole)
      : Promise.reject(new Error('no clipboard'))
    copied.then(
      () => status.mention(`Copied ${whole}`),
      () => {
        field.value = whole
        field.select()
        status.mention(
          'The browser doesn’t let this page copy. The URL is selected: copy it with the keyboard.',
        )
      },
    )
  })
}
