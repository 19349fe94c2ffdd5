/**
 * What CloudFront's runtime has. Source: CloudFront developer guide, "JavaScript runtime 2.0 features for CloudFront
 * Functions", which lists ES 5.1 and what it takes from later editions, method by method. Everything else is deleted.
 */
export const KEPT_GLOBALS: readonly string[] = words(`
  Array Boolean Date Function JSON Math Number Object RegExp String Error EvalError RangeError
  ReferenceError SyntaxError TypeError URIError ArrayBuffer DataView Float32Array Float64Array
  Int8Array Int16Array Int32Array Uint8Array Uint8ClampedArray Uint16Array Uint32Array Promise
  Buffer require globalThis Infinity NaN undefined decodeURI decodeURIComponent encodeURI
  encodeURIComponent isFinite isNaN parseFloat parseInt
`)

/** Of each of these objects, the methods and properties that it keeps. Others keep all of theirs. */
export const KEPT_METHODS: Readonly<Record<string, readonly string[]>> = {
  Object: words(`
    length name prototype create defineProperties defineProperty freeze seal getOwnPropertyDescriptor
    getOwnPropertyDescriptors getOwnPropertyNames getPrototypeOf isExtensible isFrozen isSealed keys
    preventExtensions assign entries values
  `),
  String: words('length name prototype fromCharCode fromCodePoint'),
  'String.prototype': words(`
    length constructor toString valueOf charAt charCodeAt codePointAt concat indexOf lastIndexOf match
    replace replaceAll search slice split substr substring toLowerCase toUpperCase trim trimStart trimEnd
    startsWith endsWith includes repeat padStart padEnd
  `),
  Array: words('length name prototype isArray of'),
  'Array.prototype': words(`
    length constructor toString concat every filter forEach indexOf join lastIndexOf map pop push reduce
    reduceRight reverse shift slice some sort splice unshift find findIndex fill includes copyWithin
  `),
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
