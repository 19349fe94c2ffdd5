/** One event of CloudWatch Logs. */
export interface LogEvent {
  region: string
  group: string
  /** Unique within its group. */
  id: string
  /** Milliseconds since the epoch, as Lambda says. */
  time: number
  message: string
}
