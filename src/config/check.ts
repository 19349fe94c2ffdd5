import * as v from 'valibot'
import { nearest } from '../../handler/shared/grammar/nearest.js'
import { usageError, type GenatoError } from '../lib/errors.js'
import { misplacedSettings } from './moved-settings.js'
import { GROUPS, SCHEMA } from './schema.js'
import { namesIn, pathsOf, settingPath } from './setting-path.js'
import type { Config } from './types.js'

/**
 * @param source the configuration's file, or whatever else the value is from.
 * @throws GenatoError BAD_CONFIG that names the first wrong setting, its value and what it must be, or all settings
 * that are in a wrong place.
 */
export function checkConfig(value: unknown, source: string): Config {
  const result = v.safeParse(SCHEMA, value)
  if (!result.success) throw misplacedSettings(value, source) ?? wrongSetting(result.issues[0], source)
  const config = result.output as Config
  refuseUncovered(config, source)
  return config
}

/** CloudFront accepts no alias without a certificate that covers it. */
function refuseUncovered({ domain: { aliases = [], certificate } = {} }: Config, source: string): void {
  if (aliases.length === 0 || certificate !== undefined) return
  throw usageError(
    'BAD_CONFIG',
    `${source}: domain.aliases names ${aliases.join(', ')}, but domain.certificate is missing.`,
    'Set domain.certificate to the ARN of an ACM certificate in us-east-1 that covers them. To keep the domains of an adopted distribution, leave both out.',
  )
}

function wrongSetting(issue: v.InferIssue<typeof SCHEMA>, source: string): GenatoError {
  const keys = issue.path?.map((item) => String(item.key)) ?? []
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return unknownSetting(keys.slice(0, -1).join('.'), keys.at(-1) ?? '', source)
  const setting = keys.join('.') || 'the configuration'
  return usageError('BAD_CONFIG', `${source}: ${setting} ${issue.message} (got ${show(issue.input)}).`)
}

function unknownSetting(group: string, name: string, source: string): GenatoError {
  const known = namesIn(group) ?? []
  // Of names that are as near, the group's own.
  const meant = nearest(name, [...known, ...[...GROUPS.values()].flat()])
  const places =
    meant === undefined ? [] : known.includes(meant) ? [settingPath(group, meant)] : pathsOf(meant)
  const suggestion = places.length === 0 ? '' : ` Did you mean ${places.join(' or ')}?`
  return usageError(
    'BAD_CONFIG',
    `${source}: there is no setting ${settingPath(group, name)}.${suggestion}`,
    `The settings${group === '' ? '' : ` of ${group}`} are ${known.join(', ')}.`,
  )
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  return (JSON.stringify(value) ?? String(value)).slice(0, 80)
}
