import {
  BadRequest,
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

// /chart/bar/12,40,33,8.png                                      numbers alone
// /chart/line,title=Visitors,color=tomato/Jan=120,Feb=180.svg    options, labels; also as SVG
// A comma in a text is written %2C, a slash %2F, an equals sign in a label %3D.

interface Chart {
  type: 'bar' | 'line'
  title: string
  color: Color
  data: { label: string; value: number }[]
  format: 'png' | 'svg'
}

const WIDTH = 1200
const HEIGHT = 675
const MARGIN = 56
const TITLE_SIZE = 36
const FONT_SIZE = 22
const MOST_NUMBERS = 60
const OPTIONS = ['title', 'color'] as const
const DEFAULTS = { title: '', color: '2f6fed' }
const INK = '#1c2733'
const GREY = '#64717f'

export default defineGenerator<Chart>({
  version: '1',

  examples: [
    '/chart/bar/12,40,33,8.png',
    '/chart/line,title=Visitors,color=tomato/Jan=120,Feb=180,Mar=165,Apr=240.png',
    '/chart/bar,title=Profit%20and%20loss/2021=-12.5,2022=8,2023=33.svg',
  ],

  parse(path, font) {
    if (!path.startsWith('/chart/')) return undefined
    const [, type, tokens = '', numbers = '', format] =
      /^\/chart\/(bar|line)(?:,([^/]*))?\/([^/]*)\.(png|svg)$/.exec(path) ?? []
    if ((type !== 'bar' && type !== 'line') || (format !== 'png' && format !== 'svg'))
      throw new BadRequest('BAD_CHART', 'A chart is /chart/bar/12,40,33.png, with bar or line, .png or .svg.')
    const options = { ...DEFAULTS, ...readOptions(tokens === '' ? [] : tokens.split(',').map(decode)) }
    const data = numbers.split(',').map((token) => readDatum(decode(token), font))
    if (data.length > MOST_NUMBERS)
      throw new BadRequest('TOO_MANY', `There are ${data.length} numbers: ${MOST_NUMBERS} is the most.`)
    const title = readText('title', options.title, 80, font)
    return { type, title, color: readColor(options.color), data, format }
  },

  // One path for each chart: numbers have one spelling, and options are included only if they differ from the default.
  format({ type, title, color, data, format }) {
    const head: string[] = [type]
    if (title !== '') head.push(`title=${encodeURIComponent(title)}`)
    if (formatColor(color) !== DEFAULTS.color) head.push(`color=${formatColor(color)}`)
    const numbers = data.map(({ label, value }) =>
      label ? `${encodeURIComponent(label)}=${value}` : `${value}`,
    )
    return `/chart/${head.join(',')}/${numbers.join(',')}.${format}`
  },

  async warm() {
    await import('sharp')
  },

  describe: ({ type, title, data, format }) => ({
    chart: type,
    numbers: data.length,
    title: title || null,
    width: WIDTH,
    height: HEIGHT,
    format,
  }),

  async generate(chart, context) {
    const svg = await draw(chart, context)
    if (chart.format === 'svg') return { body: svg, contentType: 'image/svg+xml' }

    const { default: sharp } = await import('sharp')
    // Slow work gets the signal or the remaining time, so that it ends before the function does.
    context.signal.throwIfAborted()
    const left = Math.floor((context.deadline - Date.now()) / 1000)
    const started = performance.now()
    const body = await sharp(Buffer.from(svg))
      .timeout({ seconds: Math.min(Math.max(left, 1), 30) })
      .png({ palette: true })
      .toBuffer()
    const ms = Math.round(performance.now() - started)
    context.log.info('chart', { type: chart.type, numbers: chart.data.length, bytes: body.length, ms })
    return { body, contentType: 'image/png' }
  },
})

async function draw({ type, title, color, data }: Chart, context: Context): Promise<string> {
  // Red, green, blue and alpha: #rrggbbaa.
  const hex = `#${Buffer.from([color.r, color.g, color.b, color.a]).toString('hex')}`
  const values = data.map(({ value }) => value)
  const ticks = niceTicks(values, type === 'bar')
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)]
  const titleWidth = await widestOf([title], `bold ${TITLE_SIZE}`, context)
  const titleSize = Math.min(TITLE_SIZE, Math.floor((TITLE_SIZE * (WIDTH - 2 * MARGIN)) / titleWidth))
  const names = data.map(({ label }) => label)
  const widest = await widestOf(names, FONT_SIZE, context)

  const left = MARGIN + (await widestOf(ticks.map(number), FONT_SIZE, context)) + 16
  const right = WIDTH - MARGIN
  const top = title === '' ? MARGIN : 136
  const bottom = HEIGHT - MARGIN - (widest > 0 ? 28 : 0)
  const band = (right - left) / data.length
  const x = (index: number) => round(left + band * (index + 0.5))
  const y = (value: number) => round(bottom - ((value - low) / (high - low)) * (bottom - top))
  const base = y(Math.min(Math.max(0, low), high))

  const grid = ticks.map(
    (tick) =>
      `<path d="M${round(left)} ${y(tick)}H${right}" stroke="${tick === 0 ? '#9aa7b4' : '#e3e8ee'}" stroke-width="2"/>` +
      `<text x="${round(left - 16)}" y="${y(tick) + 8}" text-anchor="end">${number(tick)}</text>`,
  )
  // Every label, or every second, third, … so that none overlap or cross the edges.
  const every = Math.ceil((widest + 16) / band)
  const labels = names.map((name, index) => {
    if (index % every > 0 || x(index) < widest / 2 || x(index) + widest / 2 > WIDTH) return ''
    return `<text x="${x(index)}" y="${bottom + 40}" text-anchor="middle">${escapeXml(name)}</text>`
  })
  const points = values.map((value, index) => `${x(index)} ${y(value)}`)
  // An area that doesn't end at zero would be misleading.
  const area = `<path d="M${x(0)} ${base}L${points.join('L')}V${base}Z" fill-opacity="0.12"/>`
  const marks =
    type === 'bar'
      ? values.map((value, index) => bar(x(index), base, y(value), Math.min(band * 0.7, 120)))
      : [
          low <= 0 && high >= 0 ? area : '',
          `<path d="M${points.join('L')}" fill="none" stroke="${hex}" stroke-width="4" stroke-linejoin="round"/>`,
          ...values.map(
            (value, index) => `<circle cx="${x(index)}" cy="${y(value)}" r="${band < 32 ? 4 : 7}"/>`,
          ),
        ]

  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="${escapeXml(`'${context.fontFamily}', sans-serif`)}" font-size="${FONT_SIZE}">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${MARGIN}" y="${MARGIN + 28}" font-size="${titleSize}" font-weight="bold" fill="${INK}">${escapeXml(title)}</text>
<g fill="${GREY}">${grid.join('\n')}
${labels.join('\n')}</g>
<g fill="${hex}">${marks.join('\n')}</g>
</svg>`
}

/** A bar from the base line up or down to a value, with rounded corners at the value. */
function bar(x: number, base: number, end: number, width: number): string {
  const radius = Math.min(8, width / 2, Math.abs(base - end))
  const bend = end < base ? end + radius : end - radius
  const [west, east] = [x - width / 2, x + width / 2].map(round)
  return `<path d="M${west} ${base}V${bend}Q${west} ${end} ${round(x - width / 2 + radius)} ${end}H${round(x + width / 2 - radius)}Q${east} ${end} ${east} ${bend}V${base}Z"/>`
}

/** Round numbers that span all values, in about six steps of 1, 2 or 5 times a power of ten. */
function niceTicks(values: number[], fromZero: boolean): number[] {
  const flat = values.every((value) => value === values[0])
  const all = fromZero || flat ? [0, ...values] : values
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const rough = (high - low || 1) / 6
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power
  const first = Math.floor(low / step)
  const last = Math.ceil((low === high ? low + 1 : high) / step)
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toFixed(6)))
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

function readDatum(token: string, font: FontCoverage): Chart['data'][number] {
  const [, label = '', value = ''] = /^(?:(.*)=)?(.*)$/s.exec(token) ?? []
  if (!/^-?\d{1,9}(\.\d{1,4})?$/.test(value))
    throw new BadRequest(
      'BAD_NUMBER',
      `${quote(value)} is no number: write 12, -3 or 0.25, with at most 9 digits before the point and 4 after it.`,
    )
  return { label: readText('label', label, 20, font), value: Number(value) || 0 }
}

function readColor(value: string): Color {
  const color = parseColor(value)
  if (!color)
    throw new BadRequest('BAD_COLOR', `${quote(value)} is no colour: write a CSS name or hex digits.`)
  return color
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

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 6 }).replace('-', '−')
}

/** The width of the longest text in pixels, measured by rendering all as one paragraph. 0 if all are empty. */
async function widestOf(texts: string[], font: string | number, { fontFamily, fontFile }: Context) {
  if (texts.every((text) => text === '')) return 0
  const { default: sharp } = await import('sharp')
  const text = escapeXml(texts.join('\n'))
  const lines = sharp({ text: { text, font: `${fontFamily}, ${font}`, fontfile: fontFile, dpi: 72 } })
  return (await lines.metadata()).width
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
