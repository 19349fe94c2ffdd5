// @ts-check
import { lambdaEnvironment } from '../lib/lambda.js'

/**
 * The environment of the image function.
 * @param {string} folder @param {string} endpoint
 */
export function imageEnvironment(folder, endpoint) {
  return {
    ...lambdaEnvironment(folder, endpoint),
    AWS_LAMBDA_FUNCTION_NAME: 'genato-originals',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    GENATO_ORIGINALS: 'originals',
    GENATO_RENDITIONS: 'renditions',
  }
}
