/**
 * The runtime's own code, which runs in the sandbox before the function's. It takes the bridge away, and leaves the
 * modules behind. As text, because it must not share an object with this process.
 */
export const RUNTIME = String.raw`'use strict'
{
  const { bridge } = globalThis
  delete globalThis.bridge

  const RealDate = Date
  const { construct } = Reflect
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, self) => construct(target, given.length === 0 ? [bridge.now()] : given, self),
    apply: () => new RealDate(bridge.now()).toString(),
    get: (target, name) => (name === 'now' ? () => bridge.now() : target[name]),
  })
  RealDate.prototype.constructor = Date

  const TEXT = ['utf8', 'hex', 'base64', 'base64url']
  const known = (list, name) => {
    if (!list.includes(name)) throw new TypeError('"' + name + '" is none of ' + list.join(', '))
    return name
  }
  const fill = (buffer, hex) => {
    for (let at = 0; at < buffer.length; at++) buffer[at] = parseInt(hex.slice(2 * at, 2 * at + 2), 16)
    return buffer
  }
  const ofHex = (hex) => fill(new Buffer(hex.length / 2), hex)
  const hexOf = (data) => {
    if (typeof data === 'string') return bridge.toHex(data, 'utf8')
    if (!(data instanceof Uint8Array)) throw new TypeError('data is neither a string nor a buffer')
    let hex = ''
    for (let at = 0; at < data.length; at++) hex += (data[at] + 256).toString(16).slice(1)
    return hex
  }

  class Buffer extends Uint8Array {
    static from(value, encoding = 'utf8') {
      return typeof value === 'string' ? ofHex(bridge.toHex(value, known(TEXT, encoding))) : super.from(value)
    }
    static alloc(size) {
      return new Buffer(size)
    }
    static concat(list) {
      return ofHex(list.map(hexOf).join(''))
    }
    static compare(one, other) {
      const [a, b] = [hexOf(one), hexOf(other)]
      return a < b ? -1 : a > b ? 1 : 0
    }
    static isBuffer(value) {
      return value instanceof Buffer
    }
    equals(other) {
      return hexOf(this) === hexOf(other)
    }
    toString(encoding = 'utf8') {
      return bridge.fromHex(hexOf(this), known(TEXT, encoding))
    }
  }

  const hash = (algorithm, key) => {
    known(['md5', 'sha1', 'sha256'], algorithm)
    let hex = ''
    return {
      update(data) {
        hex += hexOf(data)
        return this
      },
      digest(encoding) {
        const made = bridge.digest(algorithm, key, hex)
        return encoding === undefined ? ofHex(made) : bridge.fromHex(made, known(TEXT.slice(1), encoding))
      },
    }
  }
  const crypto = {
    createHash: (algorithm) => hash(algorithm),
    createHmac: (algorithm, key) => hash(algorithm, hexOf(key)),
  }

  const querystring = {
    escape: encodeURIComponent,
    unescape: decodeURIComponent,
    parse: (text) => {
      const parsed = {}
      text.split('&').forEach((pair) => {
        const at = (pair + '=').indexOf('=')
        const [name, value] = [decodeURIComponent(pair.slice(0, at)), decodeURIComponent(pair.slice(at + 1))]
        parsed[name] = parsed[name] === undefined ? value : [].concat(parsed[name], value)
      })
      return parsed
    },
    stringify: (values) =>
      Object.keys(values)
        .map((name) => encodeURIComponent(name) + '=' + encodeURIComponent(values[name]))
        .join('&'),
  }

  const modules = { buffer: { Buffer }, crypto, querystring }
  globalThis.Buffer = Buffer
  globalThis.require = (name) => modules[known(Object.keys(modules), name)]

  const keepOnly = (object, kept) => {
    for (const name of Object.getOwnPropertyNames(object)) if (!kept.includes(name)) delete object[name]
  }
  const methods = JSON.parse(bridge.keptMethods)
  const globals = JSON.parse(bridge.keptGlobals)
  const names = Object.keys(methods).map((path) => [path.split('.'), methods[path]])
  for (const [[name, prototype], kept] of names)
    keepOnly(prototype === undefined ? globalThis[name] : globalThis[name].prototype, kept)
  keepOnly(globalThis, globals)

  Object.defineProperty(globalThis, 'genato run', {
    value: () => {
      const failed = (error) => bridge.failed(String(error))
      try {
        const result = handler(JSON.parse(bridge.event()))
        if (result instanceof Promise) result.then((value) => bridge.done(JSON.stringify(value))).catch(failed)
        else bridge.done(JSON.stringify(result))
      } catch (error) {
        failed(error)
      }
    },
  })
}
`
