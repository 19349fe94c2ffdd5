// @ts-check
// npm run bench [-- cold-start | settings | deploy | serve | soak | pictures [part…] | faces]
const [wanted = 'targets', ...parts] = process.argv.slice(2)

/** @type {Record<string, () => Promise<void>>} */
const suites = {
  targets: async () => (await import('./targets.js')).measureTargets(),
  settings: async () => (await import('./settings.js')).measureSettings(),
  'cold-start': async () => (await import('./cold-start.js')).measureColdStart(),
  serve: async () => (await import('./serve.js')).measureServe(),
  pictures: async () => (await import('./pictures.js')).measurePictures(parts),
  soak: async () => (await import('./soak.js')).measureSoak(),
  deploy: async () => (await import('./deploy.js')).measureDeploy(),
  faces: async () => (await import('./faces.js')).measureFaces(),
}
const suite = suites[wanted]
if (suite) await suite()
else {
  console.error(`There is no ${wanted}: leave it out, or write ${Object.keys(suites).join(', ')}.`)
  process.exitCode = 2
}
