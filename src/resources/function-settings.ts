import type { FunctionConfiguration, UpdateFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda'
import { fixAspects, type Aspect } from './aspects.js'

/** What Lambda runs a function with. */
export interface FunctionSettings {
  /** Its ARN. */
  role: string
  /** The role's unique id: a later role may have the same ARN. `undefined`: not known. */
  roleId: string | undefined
  runtime: string
  /** In MB. */
  memory: number
  /** In seconds. */
  timeout: number
  handler: string
}

/** Each setting, and the field of Lambda's configuration that holds it. */
const FIELDS = {
  role: 'Role',
  runtime: 'Runtime',
  memory: 'MemorySize',
  timeout: 'Timeout',
  handler: 'Handler',
} as const satisfies Record<
  string,
  keyof FunctionConfiguration & keyof UpdateFunctionConfigurationCommandInput
>

type Setting = keyof typeof FIELDS
type Field = (typeof FIELDS)[Setting]

const NAMES = Object.keys(FIELDS) as Setting[]

/** Reads the settings of a function or a version. The role's id isn't one of Lambda's fields. */
export function readSettings(configuration: FunctionConfiguration): Pick<FunctionSettings, Setting> {
  // Lambda always returns these for functions that run a zip, and genato manages no others.
  return Object.fromEntries(NAMES.map((name) => [name, configuration[FIELDS[name]]])) as Pick<
    FunctionSettings,
    Setting
  >
}

/** The settings as CreateFunction and UpdateFunctionConfiguration take them. */
export function settingsInput(
  settings: FunctionSettings,
): Required<Pick<UpdateFunctionConfigurationCommandInput, Field>> {
  return Object.fromEntries(NAMES.map((name) => [FIELDS[name], settings[name]])) as Required<
    Pick<UpdateFunctionConfigurationCommandInput, Field>
  >
}

/** An aspect for each setting. They are written in one call. */
export function settingAspects<Seen extends FunctionSettings>(): Aspect<Seen, FunctionSettings>[] {
  return NAMES.map((name) => ({
    name,
    fix: (seen, wanted) => {
      if (name === 'role' && isOtherRole(seen, wanted))
        return { ...seen, role: wanted.role, roleId: wanted.roleId }
      return seen[name] === wanted[name] ? undefined : { ...seen, [name]: wanted[name] }
    },
  }))
}

/** A role that was deleted and created again has the same ARN, but Lambda's grant is bound to the old role's id. */
function isOtherRole(seen: FunctionSettings, wanted: FunctionSettings): boolean {
  return seen.roleId !== undefined && wanted.roleId !== undefined && seen.roleId !== wanted.roleId
}

/** Names the settings of a function or a version that differ from those wanted. */
export function functionDrift(seen: FunctionSettings, wanted: FunctionSettings): string[] {
  return fixAspects(settingAspects(), seen, wanted).differing
}
