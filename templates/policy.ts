/** An IAM or bucket policy. Source: IAM user guide, "IAM JSON policy elements reference". */
export interface PolicyDocument {
  Version: '2012-10-17'
  Statement: Statement[]
}

export interface Statement {
  Sid?: string
  Effect: 'Allow' | 'Deny'
  Principal?: '*' | Record<string, string | string[]>
  Action: string | string[]
  Resource?: string | string[]
  Condition?: Record<string, Record<string, string | string[]>>
}
