import { isGranted, type Grant } from '../../../templates/grants.js'

/** Source: Amazon S3 API reference, "Permissions" of GetObject, HeadObject, PutObject and DeleteObject. */
const ACTIONS: Record<string, Grant['action']> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
}

/** A request that is signed correctly, for an object of a bucket that exists. */
interface ObjectRequest {
  method: string
  bucket: string
  key: string
  /** Whether it has If-Match. */
  isConditional: boolean
}

/** @param grants the caller's; `undefined` allows everything. */
export function authorize(
  grants: readonly Grant[] | undefined,
  { method, bucket, key, isConditional }: ObjectRequest,
): boolean {
  if (grants === undefined) return true
  const action = ACTIONS[method]
  if (action === undefined || !isGranted(grants, action, bucket, key)) return false
  // Whoever may not read an object may not try its ETag either. Source: Amazon S3 user guide, "How to perform
  // conditional deletes" and "How to prevent object overwrites with conditional writes".
  return !isConditional || isGranted(grants, 's3:GetObject', bucket, key)
}

/**
 * Whether the caller may learn that a key is absent. S3 answers others with AccessDenied.
 * Source: Amazon S3 API reference, "Permissions" of GetObject.
 */
export function mayLearnAbsence(grants: readonly Grant[] | undefined, bucket: string): boolean {
  return grants === undefined || isGranted(grants, 's3:ListBucket', bucket)
}
