/** Finds an element of the page's markup. @throws if markup and script don't match. */
export function byId<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`The page has no ${kind.name} #${id}.`)
}

/** Makes an element. Content enters only as text, never as markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<Pick<HTMLElementTagNameMap[K], keyof HTMLElementTagNameMap[K]>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

/** An image on a checkerboard, which shows what is transparent. */
export function checkered(image: HTMLImageElement): HTMLElement {
  return make('span', { className: 'checkered' }, image)
}

/** Rows of a description list. */
export function rows(entries: Iterable<readonly [name: string, value: string]>): HTMLElement[] {
  return Array.from(entries, ([name, value]) =>
    make('div', {}, make('dt', { textContent: name }), make('dd', { textContent: value })),
  )
}
