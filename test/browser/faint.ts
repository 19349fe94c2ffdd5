/** Texts whose contrast with their background is below WCAG's 4.5. Evaluated in the page. */
export const FAINT = `(() => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number)
  const light = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b)
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = channels(getComputedStyle(one).backgroundColor)
      if (color[3] !== 0) return color
    }
    return [255, 255, 255]
  }
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .map((one) => {
      const [a, b] = [luminance(channels(getComputedStyle(one).color)), luminance(behind(one))].sort((x, y) => y - x)
      return { text: one.textContent.trim().slice(0, 40), ratio: (a + 0.05) / (b + 0.05) }
    })
    .filter(({ ratio }) => ratio < 4.5)
    .map(({ text, ratio }) => text + ' ' + ratio.toFixed(2))
})()`
