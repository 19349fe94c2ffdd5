/** The account id that stands in for one where there is no account: in `genato dev`. */
const NO_ACCOUNT = '000000000000'

/** The function's name. */
export function functionName(stack: string): string {
  return `${stack}-func`
}

/** The images bucket's name. Bucket names are global, so the account's id is part of it. */
export function imagesBucket(stack: string, account: string = NO_ACCOUNT): string {
  return `${stack}-images-${account}`
}
