/** A package of sharp's that has native code for Lambda: pinned to the bytes that were published. */
export interface NativePackage {
  name: string
  version: string
  /** As the registry and package-lock.json have it: `sha512-` and base64. */
  integrity: string
}

/** Lambda@Edge runs x86-64 and glibc only. A test holds these against package-lock.json. */
export const NATIVE_PACKAGES: readonly NativePackage[] = [
  {
    name: '@img/sharp-linux-x64',
    version: '0.35.5',
    integrity:
      'sha512-SxFtLTeJInhAA9Q836kux2vZNeOBQEx658qvbboZScr0wIARym3IcGmW7KpVD5sbVg0Ojy+udFQdayYIZyoNog==',
  },
  {
    name: '@img/sharp-libvips-linux-x64',
    version: '1.3.4',
    integrity:
      'sha512-GJ//SSXbnwSDes02umB3nDJLFcQzw8a18V8fyhqr6tV515tOEMdImjjxj1AoafMRz56F3PHgftnj1QEKSU1zkw==',
  },
]
