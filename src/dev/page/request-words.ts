/** CloudFront's words in `X-Cache`, in as few letters as the terminal and the page have room for. */
const WORDS: Readonly<Record<string, string>> = {
  RefreshHit: 'Refresh',
  LambdaGeneratedResponse: 'Lambda',
  LambdaExecutionError: 'Failed',
  LambdaValidationError: 'Invalid',
  LambdaLimitExceeded: 'Limit',
  FunctionGeneratedResponse: 'Gate',
  FunctionExecutionError: 'Failed',
  FunctionValidationError: 'Invalid',
}

/**
 * Where an answer came from, in a word. What comes from the cache is a hit, even an error. For the terminal and
 * the page, so this imports nothing of Node or the browser.
 */
export function resultWord({ cacheResult, age }: { cacheResult: string; age?: number | undefined }): string {
  if (age !== undefined && cacheResult !== 'RefreshHit') return 'Hit'
  return WORDS[cacheResult] ?? cacheResult
}
