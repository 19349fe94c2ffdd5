import type { Tone } from '../reporter/reporter.js'

/** What a message means. */
export interface Line {
  kind: 'request' | 'message' | 'report' | 'crash' | 'refused'
  /** In small letters. */
  level: string
  /** Whether something went wrong that is not the viewer's fault. */
  wrong: boolean
  tone: Tone
  /** For people; what belongs to the first line is beneath it. As it came: nothing is escaped. */
  text: string
  data: object
}
