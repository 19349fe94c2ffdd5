import { byId } from './elements.js'

type ServiceName = 'pictures' | 'generator'

/** Switches between the services, if the stack has more than one. */
export interface ServicesView {
  /** @param example the generator's path to begin with. */
  setMounts(any: boolean, example: string): void
  /** @param path is shown again when this service is. */
  show(name: ServiceName, path: string): void
  isShown(name: ServiceName): boolean
}

/** @param onSwitch called with the path that was last shown of the other service. */
export function createServices(onSwitch: (path: string) => void): ServicesView {
  const last: Record<ServiceName, string | undefined> = { pictures: undefined, generator: undefined }
  const buttons = {
    pictures: byId('to-pictures', HTMLButtonElement),
    generator: byId('to-generator', HTMLButtonElement),
  }
  const names = Object.keys(buttons) as ServiceName[]
  for (const name of names)
    buttons[name].addEventListener('click', () => {
      const path = last[name]
      if (path === undefined) select(name)
      else onSwitch(path)
    })
  const select = (shown: ServiceName) => {
    document.body.classList.toggle('pictures', shown === 'pictures')
    for (const name of names) buttons[name].ariaCurrent = name === shown ? 'page' : null
  }
  return {
    isShown: (name) => buttons[name].ariaCurrent === 'page',
    setMounts(any, example) {
      last.generator ??= example
      byId('services', HTMLElement).hidden = !any
    },
    show(name, path) {
      last[name] = path
      select(name)
    },
  }
}
