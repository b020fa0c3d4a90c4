import { stringify } from 'yaml';
import * as z from 'zod';
import { type Layout, reservedVariables, type Setting } from './layout.ts';
import { unwrapSchema } from './walk-schema.ts';

/** The JSON Schema (draft 2020-12) of the configuration file, for editors. */
export function createJsonSchema(layout: Layout): object {
  return z.toJSONSchema(layout.schema, { io: 'input', target: 'draft-2020-12' });
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** `error, warn or info`; `1 to 65536 records`; `text`; …: what a setting takes. */
function describeRange({ schema, unit, nullable }: Setting): string {
  const inner = unwrapSchema(schema).schema;
  const facts = z.toJSONSchema(inner, { io: 'input', unrepresentable: 'any' }) as {
    readonly type?: string;
    readonly enum?: readonly unknown[];
    readonly minimum?: number;
    readonly maximum?: number;
  };
  const orNull = nullable ? ' or null' : '';
  if (facts.enum !== undefined) return `one of ${facts.enum.join(', ')}${orNull}`;
  switch (facts.type) {
    case 'integer':
    case 'number': {
      const { minimum, maximum } = facts;
      const bounds =
        minimum === undefined && maximum === undefined ? 'number' : `${minimum ?? '…'} to ${maximum ?? '…'}`;
      return `${bounds}${unit === undefined ? '' : ` ${unit}`}${orNull}`;
    }
    case 'boolean':
      return `true or false${orNull}`;
    case 'array':
      return `list${orNull}`;
    case 'object':
      return `map${orNull}`;
    case 'string':
      return `text${orNull}`;
    default:
      return `see the schema${orNull}`;
  }
}

function sectionsOf(
  layout: Layout,
): { readonly name: string; readonly description: string; readonly own: Setting[] }[] {
  return Object.entries(layout.schema.shape).map(([name, schema]) => ({
    name,
    description: (schema as z.ZodType).meta()?.description ?? '',
    own: layout.settings.filter(({ path }) => path[0] === name),
  }));
}

function indent(text: string, depth: number): string {
  return text.replace(/^(?=.)/gm, '  '.repeat(depth));
}

/** A YAML file that says everything at its default, each key explained: the documented default file. */
export function createDefaultFile(layout: Layout): string {
  const lines = [
    '# yaml-language-server: $schema=./config.schema.json',
    '# Every setting of the agent at its default. Copy only what you change: what is left out keeps its default.',
    '# Generated from the schema by `npm run generate`; do not edit.',
  ];
  for (const { name, description, own } of sectionsOf(layout)) {
    lines.push('', `# ${description}`, `${name}:`);
    let parents: readonly string[] = [name];
    for (const setting of own) {
      const { path, variable, defaultValue } = setting;
      const depth = path.length - 1;
      for (let level = 1; level < depth; level += 1) {
        if (parents[level] !== path[level]) lines.push(`${'  '.repeat(level)}${path[level]}:`);
      }
      parents = path.slice(0, -1);
      const comment = [endSentence(setting.description), `Takes ${describeRange(setting)}. ${variable}`];
      const entry = stringify({ [path.at(-1) ?? '']: defaultValue }, { lineWidth: 0 }).trimEnd();
      lines.push(indent([...comment.map((line) => `# ${line}`), entry].join('\n'), depth));
    }
  }
  return `${lines.join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The reference of all settings as a Markdown page. */
export function createReference(layout: Layout): string {
  const lines = [
    '# Configuration',
    '',
    '<!-- Generated from the schema by `npm run generate`; do not edit. -->',
    '',
    'Every setting has a default. Values come from, in rising precedence: the default, the YAML file',
    '(`--config FILE`, else `PC_CONFIG`, else for commands about an installed agent its own), the environment',
    'variable, the flag where a command has one. Layers',
    'override each other setting by setting; a list or map is replaced as a whole.',
    '',
    '- `problemchild config check` names everything that is wrong, each with its file, line and column.',
    '- `problemchild config show` prints what is in force and who set it; secrets are masked.',
    '- `problemchild config schema` prints the JSON Schema, which is also in [config.schema.json](config.schema.json).',
    '- [problemchild.default.yaml](problemchild.default.yaml) holds every setting at its default.',
    '',
    'In a variable, a list is separated by commas or written as JSON, a map is written as JSON, and empty text',
    'means null where null is allowed. An unknown key, or an unknown variable that begins with `PC_`, is an',
    'error. Relative paths in the file are relative to the file; others to the working directory. The file must',
    'not be writable by every user, nor by its group unless root or the caller owns it.',
  ];
  for (const { name, description, own } of sectionsOf(layout)) {
    lines.push(
      '',
      `## ${name}`,
      '',
      description,
      '',
      '| Key | Variable | Takes | Default | Meaning |',
      '|---|---|---|---|---|',
    );
    for (const setting of own) {
      const shown = setting.secret ? '`null` (secret)' : `\`${JSON.stringify(setting.defaultValue)}\``;
      const columns = [
        `\`${setting.key}\``,
        `\`${setting.variable}\``,
        describeRange(setting),
        shown,
        endSentence(setting.description),
      ];
      lines.push(`| ${columns.map(cell).join(' | ')} |`);
    }
  }
  lines.push('', '## Other variables', '', '| Variable | Meaning |', '|---|---|');
  for (const [name, meaning] of Object.entries(reservedVariables))
    lines.push(`| \`${name}\` | ${cell(meaning)} |`);
  return `${lines.join('\n')}\n`;
}
