import * as z from 'zod';
import { createLayout } from './layout.ts';
import { sections } from './sections/index.ts';

/** The whole configuration. Unknown keys are errors everywhere. */
const configSchema = z.strictObject(sections).meta({
  title: 'problemchild configuration',
  description: 'Configuration of the problemchild agent.',
});

export const configLayout = createLayout(configSchema);

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A checked configuration with every key present; frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;

type DottedKeys<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends Readonly<Record<string, unknown>>
    ? string extends keyof T[K]
      ? `${Prefix}${K}`
      : DottedKeys<T[K], `${Prefix}${K}.`>
    : `${Prefix}${K}`;
}[keyof T & string];

/** `log.level`, `source.batchSize`, …: every setting by its dotted key. */
export type SettingKey = DottedKeys<Config>;
