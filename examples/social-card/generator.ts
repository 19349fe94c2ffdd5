import {
  BadRequest,
  contrasting,
  decode,
  defineGenerator,
  escapeXml,
  formatColor,
  nameCharacter,
  parseColor,
  quote,
  type Color,
  type Context,
  type FontCoverage,
} from 'genato'

// /card/<title>.png                                              an Open Graph card, 1200×630
// /card/<title>,subtitle=…,bg=navy,fg=ffffff,accent=tomato.png   the same with options, in any order
// A comma in a text is written %2C, a slash %2F.

interface Card {
  title: string
  subtitle: string
  bg: Color
  fg: Color
  accent: Color
}

const BRAND = 'example.com'
const WIDTH = 1200
const HEIGHT = 630
const MARGIN = 96
const FOOTER = 112
const TEXT_WIDTH = WIDTH - 2 * MARGIN
const TITLE_SIZES = [84, 76, 68, 60, 52, 44, 38, 32, 28, 24]
const SUBTITLE_SIZES = [36, 32, 28, 24, 20, 18]
const OPTIONS = ['subtitle', 'bg', 'fg', 'accent'] as const
const DEFAULTS = { subtitle: '', bg: '0b132b', accent: '5bc0be' }

export default defineGenerator<Card>({
  version: '1',

  examples: [
    '/card/Hello%20World.png',
    '/card/Images%20on%20demand,subtitle=Made%20when%20they%20are%20first%20asked%20for.png',
    '/card/Launch%20day,subtitle=10%20May%2C%20Berlin,bg=oldlace,accent=tomato.png',
  ],

  parse(path, font) {
    if (!path.startsWith('/card/')) return undefined
    const spec = /^\/card\/([^/]*)\.png$/.exec(path)?.[1]
    if (spec === undefined)
      throw new BadRequest('BAD_CARD', 'A card is /card/<title>.png; a slash in a text is written %2F.')
    const [title = '', ...tokens] = spec.split(',').map(decode)
    const options = { ...DEFAULTS, ...readOptions(tokens) }
    const bg = readColor(options.bg)
    const card = {
      title: readText('title', title, 120, font),
      subtitle: readText('subtitle', options.subtitle, 160, font),
      bg,
      fg: options.fg === undefined ? contrasting(bg) : readColor(options.fg),
      accent: readColor(options.accent),
    }
    if (card.title === '') throw new BadRequest('NO_TITLE', 'The card has no title: write /card/Hello.png')
    return card
  },

  // One path for each card: options have one order, and are included only if they differ from the default.
  format({ title, subtitle, ...colors }) {
    const [bg, fg, accent] = [colors.bg, colors.fg, colors.accent].map(formatColor)
    const spec = [encodeURIComponent(title)]
    if (subtitle !== '') spec.push(`subtitle=${encodeURIComponent(subtitle)}`)
    if (bg !== DEFAULTS.bg) spec.push(`bg=${bg}`)
    if (fg !== formatColor(contrasting(colors.bg))) spec.push(`fg=${fg}`)
    if (accent !== DEFAULTS.accent) spec.push(`accent=${accent}`)
    return `/card/${spec.join(',')}.png`
  },

  // A process that only finds stored cards never needs sharp, so it is loaded at the first use.
  async warm() {
    await import('sharp')
  },

  async generate(card, context) {
    const { default: sharp } = await import('sharp')
    const { title, subtitle, fg } = card
    const large = await setText(title, `weight="bold" color="${hex(fg)}"`, TITLE_SIZES, context)
    const faint = hex({ ...fg, a: fg.a * 0.75 })
    const small = subtitle && (await setText(subtitle, `color="${faint}"`, SUBTITLE_SIZES, context))

    // The block of texts is centred in the space above the footer.
    const gap = 40
    const block = large.raw.height + (small ? gap + small.raw.height : 0)
    const top = Math.round((HEIGHT - FOOTER - block) / 2) + 8
    const texts = [{ ...large, left: MARGIN, top }]
    if (small) texts.push({ ...small, left: MARGIN, top: top + large.raw.height + gap })

    const body = await sharp(Buffer.from(await drawBackground(card, context)))
      .composite(texts)
      .png()
      .toBuffer()
    return { body, contentType: 'image/png' }
  },
})

/** Everything but the texts. The SVG finds the font by its name, and the logo is an asset of the configuration. */
async function drawBackground({ bg, fg, accent }: Card, context: Context): Promise<string> {
  const logo = Buffer.from(await context.asset('logo.svg'))
  const line = HEIGHT - FOOTER
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    <rect width="${WIDTH}" height="${HEIGHT}" fill="${hex(bg)}"/>
    <g fill="none" stroke="${hex(accent)}" stroke-width="2" stroke-opacity="0.35">
      <circle cx="${WIDTH}" cy="0" r="80"/><circle cx="${WIDTH}" cy="0" r="112"/>
    </g>
    <circle cx="${WIDTH}" cy="0" r="48" fill="${hex(accent)}"/>
    <rect width="16" height="${HEIGHT}" fill="${hex(accent)}"/>
    <rect x="${MARGIN}" y="${line}" width="${TEXT_WIDTH}" height="2" fill="${hex(fg)}" fill-opacity="0.16"/>
    <image x="${MARGIN}" y="${line + 32}" width="48" height="48" href="data:image/svg+xml;base64,${logo.toString('base64')}"/>
    <text x="${MARGIN + 64}" y="${line + 65}" font-family="${escapeXml(context.fontFamily)}" font-size="26" fill="${hex(fg)}">${escapeXml(BRAND)}</text>
  </svg>`
}

/** The text at the largest size at which it fits on three lines of about equal length. */
async function setText(text: string, style: string, sizes: number[], { fontFile, fontFamily }: Context) {
  const { default: sharp } = await import('sharp')
  const draw = async (size: number, width: number, wrap: 'word' | 'word-char') => {
    const markup = `<span ${style} line_height="0.95" insert_hyphens="false">${escapeXml(text)}</span>`
    const font = { font: `${fontFamily}, ${size}`, fontfile: fontFile, dpi: 72 }
    const drawing = sharp({ text: { text: markup, ...font, width, wrap, rgba: true } }).raw()
    const { data, info } = await drawing.toBuffer({ resolveWithObject: true })
    return { input: data, raw: info }
  }

  // A long word first makes the text somewhat smaller, then it is broken.
  const whole = sizes.filter((size) => size > 40).map((size) => ({ size, wrap: 'word' as const }))
  const broken = sizes.map((size) => ({ size, wrap: 'word-char' as const }))
  let size = 0
  let drawn
  for (const attempt of [...whole, ...broken]) {
    size = attempt.size
    drawn = await draw(size, TEXT_WIDTH, attempt.wrap)
    if (drawn.raw.height <= 3.6 * size && drawn.raw.width <= TEXT_WIDTH) break
  }
  if (!drawn) throw new RangeError('There are no sizes.')
  for (let width = TEXT_WIDTH - 48; width > TEXT_WIDTH / 2; width -= 48) {
    const narrower = await draw(size, width, 'word')
    if (narrower.raw.width > width || narrower.raw.height > drawn.raw.height + size / 2) break
    drawn = narrower
  }
  return drawn
}

function readOptions(tokens: string[]): Partial<Record<(typeof OPTIONS)[number], string>> {
  const options: ReturnType<typeof readOptions> = {}
  for (const token of tokens) {
    const name = OPTIONS.find((option) => token.startsWith(`${option}=`))
    if (name === undefined || name in options)
      throw new BadRequest(
        'BAD_OPTION',
        `${quote(token)} is no option: there are ${OPTIONS.join('=, ')}=, each once. A comma in a text is %2C.`,
      )
    options[name] = token.slice(name.length + 1)
  }
  return options
}

/** One text for each spelling: composed (NFC), white space collapsed. */
function readText(name: string, decoded: string, limit: number, font: FontCoverage): string {
  const text = decoded.normalize('NFC').replace(/\s+/g, ' ').trim()
  const length = Array.from(text).length
  if (length > limit)
    throw new BadRequest('TEXT_LIMIT', `The ${name} has ${length} characters: ${limit} is the most.`)
  // Besides characters that the font lacks: stacked marks, and text without visible characters.
  const bad = font.lacking(text)[0] ?? /\p{M}{4}|^[\s\p{DI}]+$/u.exec(text)?.[0]
  if (bad)
    throw new BadRequest('BAD_TEXT', `${nameCharacter(bad)} can't be drawn: leave it out of the ${name}.`)
  return text
}

function readColor(value: string): Color {
  const color = parseColor(value)
  if (!color)
    throw new BadRequest('BAD_COLOR', `${quote(value)} is no colour: write a CSS name or hex digits.`)
  return color
}

/** In the form #rrggbbaa, which both SVG and Pango read. */
function hex({ r, g, b, a }: Color): string {
  return `#${Buffer.from([r, g, b, a]).toString('hex')}`
}
