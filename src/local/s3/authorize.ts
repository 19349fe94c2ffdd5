import { isGranted, type Grant } from '../../../templates/grants.js'

/** Source: Amazon S3 API reference, "Permissions" of GetObject, HeadObject and PutObject. */
const ACTIONS: Record<string, Grant['action']> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
}

/** A request that is signed correctly, for an object of a bucket that exists. */
interface ObjectRequest {
  method: string
  bucket: string
  key: string
}

/** @param grants the caller's; `undefined` allows everything. */
export function authorize(
  grants: readonly Grant[] | undefined,
  { method, bucket, key }: ObjectRequest,
): boolean {
  const action = ACTIONS[method]
  return grants === undefined || (action !== undefined && isGranted(grants, action, bucket, key))
}

/**
 * Whether the caller may learn that a key is absent. S3 answers others with AccessDenied.
 * Source: Amazon S3 API reference, "Permissions" of GetObject.
 */
export function mayLearnAbsence(grants: readonly Grant[] | undefined, bucket: string): boolean {
  return grants === undefined || isGranted(grants, 's3:ListBucket', bucket)
}
