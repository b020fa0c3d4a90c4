import { escapeForTerminal, findNearest } from '../text/index.ts';
import { coerceText } from './coerce-text.ts';
import { type Layout, reservedVariables, type Setting } from './layout.ts';
import type { ConfigProblem, Origin } from './problem.ts';
import type { SettingKey } from './schema.ts';

/** A value given on the command line. Text is read as it would be from the environment. */
export interface FlagValue<Key extends string = SettingKey> {
  /** As the user wrote it: `--log-level`. */
  readonly flag: string;
  readonly key: Key;
  readonly value: unknown;
}

/** A setting with the value that one layer gives it. */
export interface Override {
  readonly setting: Setting;
  readonly origin: Origin;
  readonly value: unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings from PC_… variables. A PC_… variable that is no setting is a problem: it is a typing error. */
export function readEnvironment(
  layout: Layout,
  env: Environment,
): { overrides: Override[]; problems: ConfigProblem[] } {
  const overrides: Override[] = [];
  const problems: ConfigProblem[] = [];
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    if (text === undefined || !name.startsWith('PC_') || Object.hasOwn(reservedVariables, name)) continue;
    const origin: Origin = { layer: 'environment', where: escapeForTerminal(name, 128) };
    const setting = layout.byVariable.get(name);
    if (setting !== undefined) {
      overrides.push({ setting, origin, value: coerceText(setting, text) });
      continue;
    }
    const nearest = findNearest(name, [...layout.byVariable.keys(), ...Object.keys(reservedVariables)]);
    problems.push({
      code: 'PC_CONFIG_UNKNOWN_VARIABLE',
      origin,
      key: '',
      message: `no setting has this variable${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    });
  }
  return { overrides, problems };
}

/** Settings from flags; one whose value is `undefined` was not given. */
export function readFlags(layout: Layout, flags: readonly FlagValue<string>[]): Override[] {
  return flags
    .filter(({ value }) => value !== undefined)
    .map(({ flag, key, value }) => {
      const setting = layout.byKey.get(key);
      if (setting === undefined) throw new TypeError(`flag ${flag} names no setting: ${key}`);
      return {
        setting,
        origin: { layer: 'flag', where: flag },
        value: typeof value === 'string' ? coerceText(setting, value) : value,
      };
    });
}
