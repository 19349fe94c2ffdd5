/**
 * The sharp that generators are bundled with. Under pnpm a project can't see the packages that genato
 * depends on, so that `import 'sharp'` has no types there; this has them wherever genato is installed.
 */
export { default } from 'sharp'
export * from 'sharp'
