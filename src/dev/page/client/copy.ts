import { byId } from './elements.js'
import type { Status } from './status.js'

/** The button that copies the URL. */
export function createCopy(url: () => string, status: Status): void {
  const field = byId('url', HTMLInputElement)
  byId('copy', HTMLButtonElement).addEventListener('click', () => {
    const whole = url()
    // Clipboards are for pages on localhost and https only.
    const copied = navigator.clipboard
      ? navigator.clipboard.writeText(whole)
      : Promise.reject(new Error('no clipboard'))
    copied.then(
      () => status.mention(`Copied ${whole}`),
      () => {
        field.value = whole
        field.select()
        status.mention(
          'The browser keeps pages from copying: the URL is selected, copy it with the keyboard.',
        )
      },
    )
  })
}
