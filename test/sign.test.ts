import { execFileSync, spawnSync } from 'node:child_process'
import { createHmac, webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'
import { build } from 'esbuild'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { respell } from '../handler/shared/pictures/signed-text.js'
import { SigningError, signPath } from '../src/sign.js'
import { originalKey, validTokens } from './handler/shared/pictures/support.js'
import { ROOT } from './support/project.js'

const DOC = readFileSync(path.join(ROOT, 'docs/signing.md'), 'utf8')
const KEY = /with the key `([\w-]+)`/.exec(DOC)?.[1] ?? ''
const FUTURE = 4_102_444_800

interface Vector {
  given: string
  exp: number | undefined
  signed: string
}

const VECTORS: Vector[] = [...DOC.matchAll(/^\| `(\/[^`]+)` \| (\d*) ?\| `([^`]+)` \|$/gm)].map(
  ([, given = '', exp, signed = '']) => ({ given, exp: exp ? Number(exp) : undefined, signed }),
)

/** The path of a signed URL, which is in its one spelling. */
const pathOf = (signed: string) => signed.replace(/\?.*/, '')

function codeBlock(language: string): string {
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(DOC)?.[1] ?? ''
}

describe('docs/signing.md', () => {
  it('has ten vectors', () => expect(VECTORS).toHaveLength(10))

  it.each(VECTORS)('signs $given until $exp as signPath does', async ({ given, exp, signed }) =>
    expect(await signPath(given, { key: KEY, expires: exp })).toBe(signed),
  )

  it.each(VECTORS)('describes how $signed is computed', ({ exp, signed }) => {
    const secret = Buffer.from(KEY, 'base64url')
    const text = ['genato-1', pathOf(signed), exp ?? ''].join('\n')
    const sig = createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22)
    expect(signed).toBe(`${pathOf(signed)}?${exp === undefined ? '' : `exp=${exp}&`}sig=${sig}`)
  })

  const inTheirSpelling = VECTORS.map(({ exp, signed }) => [pathOf(signed), KEY, exp ?? null])

  it.skipIf(spawnSync('python3', ['--version']).status !== 0)('has Python that signs the same', () => {
    const program = `${codeBlock('python')}
import json, sys
print(json.dumps([sign(*given) for given in json.load(sys.stdin)]))`
    const out = execFileSync('python3', ['-c', program], { input: JSON.stringify(inTheirSpelling) })
    expect(JSON.parse(out.toString())).toEqual(VECTORS.map(({ signed }) => signed))
  })

  it.skipIf(spawnSync('php', ['--version']).status !== 0)('has PHP that signs the same', () => {
    const program = `${codeBlock('php')}
echo json_encode(array_map(fn ($given) => sign(...$given), json_decode(stream_get_contents(STDIN))));`
    const out = execFileSync('php', ['-r', program], { input: JSON.stringify(inTheirSpelling) })
    expect(JSON.parse(out.toString())).toEqual(VECTORS.map(({ signed }) => signed))
  })
})

describe('genato/sign', () => {
  it('is one file that needs nothing but WebCrypto, as bundled for a browser', async () => {
    const bundled = await build({
      entryPoints: [path.join(ROOT, 'src/sign.ts')],
      bundle: true,
      platform: 'browser',
      format: 'iife',
      globalName: 'genato',
      metafile: true,
      write: false,
    })
    const imports = Object.values(bundled.metafile.inputs).flatMap((input) => input.imports)
    expect(imports.filter(({ external }) => external)).toEqual([])
    // Uint8Array has to be WebCrypto's, as in a browser.
    const globals = { crypto: webcrypto, TextEncoder, atob, btoa, Uint8Array }
    const context = vm.createContext({ ...globals, path: VECTORS[0]?.given, key: KEY })
    vm.runInContext(bundled.outputFiles[0]?.text ?? '', context)
    expect(await vm.runInContext('genato.signPath(path, { key })', context)).toBe(VECTORS[0]?.signed)
  })

  it('is built as one file without imports', () => {
    const built = readFileSync(path.join(ROOT, 'dist/sign.js'), 'utf8')
    expect(built).not.toMatch(/^\s*import\b|\bimport\(|\brequire\(|node:/m)
    const exports = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>
    }
    expect(exports.exports['./sign']).toEqual({
      types: './dist/types/src/sign.d.ts',
      default: './dist/sign.js',
    })
  })

  it('runs from the installed package', () => {
    const program = `import { signPath } from 'genato/sign'
process.stdout.write(await signPath(${JSON.stringify(VECTORS[0]?.given)}, { key: '${KEY}' }))`
    const args = ['--input-type=module', '--eval', program]
    expect(execFileSync(process.execPath, args, { cwd: ROOT }).toString()).toBe(VECTORS[0]?.signed)
  })
})

describe('a signature', () => {
  it.each([
    ['a date', new Date(FUTURE * 1000 + 999)],
    ['unix seconds', FUTURE],
  ])('expires at %s', async (_, expires) =>
    expect(await signPath('/a', { key: KEY, expires })).toContain(`/a?exp=${FUTURE}&sig=`),
  )

  it.each([
    ['30s', 30],
    ['10m', 600],
    ['1h', 3600],
    ['7d', 604_800],
  ])('expires after %s', async (expires, seconds) => {
    const before = Math.floor(Date.now() / 1000)
    const signed = await signPath('/a', { key: KEY, expires })
    const exp = Number(/exp=(\d+)/.exec(signed)?.[1])
    expect(exp - seconds - before).toBeGreaterThanOrEqual(0)
    expect(exp - seconds - before).toBeLessThanOrEqual(2)
  })

  it.each([
    // Keys. The message never contains one.
    ['/a', { key: '' }, 'BAD_KEY'],
    ['/a', { key: 'short' }, 'BAD_KEY'],
    ['/a', { key: KEY.slice(0, 42) }, 'BAD_KEY'],
    ['/a', { key: `${KEY}AA` }, 'BAD_KEY'],
    ['/a', { key: `${KEY}=` }, 'BAD_KEY'],
    ['/a', { key: 'A'.repeat(43) }, 'BAD_KEY'],
    ['/a', { key: 'abcd'.repeat(11) }, 'BAD_KEY'],
    ['/a', { key: `${KEY.slice(0, -1)}+` }, 'BAD_KEY'],
    ['/a', { key: undefined as unknown as string }, 'BAD_KEY'],
    // Times.
    ['/a', { key: KEY, expires: '' }, 'BAD_EXPIRES'],
    ['/a', { key: KEY, expires: '1w' }, 'BAD_EXPIRES'],
    ['/a', { key: KEY, expires: '-1h' }, 'BAD_EXPIRES'],
    ['/a', { key: KEY, expires: '0s' }, 'BAD_EXPIRES'],
    ['/a', { key: KEY, expires: 1.5 }, 'BAD_EXPIRES'],
    ['/a', { key: KEY, expires: 0 }, 'BAD_EXPIRES'],
    ['/a', { key: KEY, expires: 1_600_000_000 }, 'BAD_EXPIRES'],
    ['/a', { key: KEY, expires: FUTURE * 1000 }, 'BAD_EXPIRES'],
    ['/a', { key: KEY, expires: Number.NaN }, 'BAD_EXPIRES'],
    ['/a', { key: KEY, expires: new Date('never') }, 'BAD_EXPIRES'],
    // Paths.
    ['', { key: KEY }, 'BAD_PATH'],
    ['photos/a.jpg', { key: KEY }, 'BAD_PATH'],
    ['//photos/a.jpg', { key: KEY }, 'BAD_PATH'],
    ['https://example.com/a.jpg', { key: KEY }, 'BAD_PATH'],
    [new URL('https://example.com/a.jpg') as unknown as string, { key: KEY }, 'BAD_PATH'],
    ['/a?v=1', { key: KEY }, 'BAD_PATH'],
    ['/a#b', { key: KEY }, 'BAD_PATH'],
    ['/a%', { key: KEY }, 'BAD_PATH'],
    ['/%ff', { key: KEY }, 'BAD_PATH'],
    ['/\ud800', { key: KEY }, 'BAD_PATH'],
    ['/a/../b', { key: KEY }, 'BAD_PATH'],
    ['/a/%2E%2e/b', { key: KEY }, 'BAD_PATH'],
    ['/a\\b', { key: KEY }, 'BAD_PATH'],
    ['/photos/0x10/a.jpg', { key: KEY }, 'BAD_SIZE'],
    ['/photos/400x300,nope/a.jpg', { key: KEY }, 'BAD_OPTION'],
    ['/photos/400x,smart/a.jpg', { key: KEY }, 'CONFLICT'],
    ['/photos/400x300/', { key: KEY }, 'NOT_FOUND'],
    [`/photos/400x300/${'a'.repeat(1024)}`, { key: KEY }, 'PATH_LIMIT'],
  ])('of %j with %j is refused as %s', async (given, options, code) => {
    const error = await signPath(given, options).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SigningError)
    expect(error).toMatchObject({ code })
    if (options.key) expect((error as SigningError).message).not.toContain(options.key)
  })

  it('is the same for every spelling of a stored picture, and stays when it is signed again', async () => {
    await fc.assert(
      fc.asyncProperty(validTokens, originalKey, async ([size = '', ...rest], key) => {
        const encoded = key.split('/').map(encodeURIComponent).join('/')
        const [one, other] = await Promise.all(
          [rest, rest.toReversed()].map(async (tokens) =>
            signPath(`/photos/${[size, ...tokens].join(',')}/${encoded}`, { key: KEY }),
          ),
        )
        expect(other).toBe(one)
        expect(await signPath(pathOf(one ?? ''), { key: KEY })).toBe(one)
        expect(respell(pathOf(one ?? ''))).toBe(pathOf(one ?? ''))
      }),
      { numRuns: 200 },
    )
  })

  it('differs where an image differs: a comma, = or + that is encoded is not a plain one', async () => {
    const signatures = await Promise.all(
      ['/9,text=a%2Cb', '/9,text=a,b', '/9,text=a%3Db', '/9,text=a=b', '/9,text=a%2Bb', '/9,text=a+b'].map(
        async (given) => (await signPath(given, { key: KEY })).split('sig=')[1],
      ),
    )
    expect(new Set(signatures).size).toBe(signatures.length)
  })
})
