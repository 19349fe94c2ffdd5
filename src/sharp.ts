// sharp for a generator, with its types: a strict package manager lets a project see only what it installed itself.
export { default } from 'sharp'
