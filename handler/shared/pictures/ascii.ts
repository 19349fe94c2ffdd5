/** Lower case for A–Z only. Beyond ASCII, `toLowerCase` makes letters of other characters: the Kelvin sign becomes k. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
