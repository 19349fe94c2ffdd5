/** One of sharp's packages with native code for Lambda, pinned to the published bytes. */
export interface NativePackage {
  name: string
  version: string
  /** As in the registry and package-lock.json: `sha512-` and base64. */
  integrity: string
}

/** For x86-64 and glibc, the only platform of Lambda@Edge. A test compares these with package-lock.json. */
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
