import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * Rules of the house that no other tool checks. Each is a function from a file to what is wrong with it, and is
 * shown below to find what it looks for.
 */
interface SourceFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

type Rule = (file: SourceFile) => readonly string[];

const root = fileURLToPath(new URL('../..', import.meta.url));

function listSources(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = `${folder}/${name.replaceAll('\\', '/')}`;
      return { path, text: readFileSync(join(root, path), 'utf8') };
    });
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([found]) => found.trim());
}

/** Comments blanked out, so that words in them are not taken for code. Good enough for our own style. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
}

/** "About 300": what it takes to finish a thought is not cut off for ten lines. */
const maxLines = 330;

const isLong: Rule = ({ text }) => {
  const lines = text.split('\n').length - 1;
  return lines > maxLines ? [`${lines} lines`] : [];
};

/** "Windows service" is a thing of its own; other services are not. */
const vagueName = /(?:^|-)(?:manager|helpers?|utils?|handlers?|service|misc|common)\.ts$/;

const isVague: Rule = ({ path }) =>
  vagueName.test(basename(path)) && !/windows-service\.ts$/.test(path) ? [basename(path)] : [];

const vagueClass = /\b(?:class|interface|type)\s+\w*(?:Manager|Helper|Utils?|Handler|(?<!Windows)Service)\b/g;

const declaresVague: Rule = ({ text }) => matches(withoutComments(text), vagueClass);

/** `log.info(` with anything but one plain string first, so that a message can be searched for. */
const computedMessage =
  /\b[lL]og\.(?:error|warn|info|debug)\((?!\s*(?:'[^'\n]*'|"[^"\n]*"|`[^`$]*`))[^\n]{0,60}/g;
const joinedMessage =
  /\b[lL]og\.(?:error|warn|info|debug)\(\s*(?:'[^'\n]*'|"[^"\n]*"|`[^`$]*`)\s*\+[^\n]{0,60}/g;

const logsComputedMessage: Rule = ({ text }) => [
  ...matches(withoutComments(text), computedMessage),
  ...matches(withoutComments(text), joinedMessage),
];

const pureRooms =
  /^src\/(?:errors|text|event|lineage|problemchild|anomaly|detection)\/|^src\/response\/(?:policy|guard)/;
const ambient =
  /\b(?:Date\.now|performance\.now|Math\.random|randomUUID|randomBytes|setTimeout|setInterval|process\.(?:env|hrtime|cwd))\b|\bnew Date\(\)/g;

const isImpure: Rule = ({ path, text }) =>
  pureRooms.test(path) ? matches(withoutComments(text), ambient) : [];

const sql =
  /['"`]\s*(?:SELECT\s[\s\S]{1,200}?\sFROM\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(?:TABLE|INDEX)\s|PRAGMA\s)[^\n]{0,20}/gi;

const writesSql: Rule = ({ path, text }) =>
  path.startsWith('src/store/') ? [] : matches(withoutComments(text), sql);

/** `import('…').Type` escapes the boundary check. */
const inlineTypeImport = /(?<!await |=> |return |\()\bimport\(\s*['"][^'"]*['"]\s*\)\s*\.\s*\w+/g;

const importsTypeInline: Rule = ({ text }) => matches(withoutComments(text), inlineTypeImport);

const silenced =
  /(?:biome-ignore(?!\s+lint\/\S+: \S)|@ts-(?:ignore|nocheck)|@ts-expect-error(?!:? \w)|eslint-disable)[^\n]{0,60}/g;

const silencesCheck: Rule = ({ text }) => matches(text, silenced);

interface Case {
  readonly name: string;
  readonly rule: Rule;
  readonly folders: readonly string[];
  readonly bad: readonly SourceFile[];
  readonly good: readonly SourceFile[];
}

const file = (text: string, path = 'src/event/x.ts'): SourceFile => ({ path, text });

const cases: readonly Case[] = [
  {
    name: `no module is longer than ${maxLines} lines`,
    rule: isLong,
    folders: ['src'],
    bad: [file('x\n'.repeat(maxLines + 1))],
    good: [file('x\n'.repeat(maxLines))],
  },
  {
    name: 'files are named after what they hold',
    rule: isVague,
    folders: ['src', 'bench', 'installer', 'models'],
    bad: [file('', 'src/a/log-manager.ts'), file('', 'src/a/utils.ts'), file('', 'src/a/web-service.ts')],
    good: [file('', 'src/a/manager-name.ts'), file('', 'src/windows/windows-service.ts')],
  },
  {
    name: 'types are named after what they are',
    rule: declaresVague,
    folders: ['src'],
    bad: [file('class AlertManager {}'), file('interface ParseHelper {}'), file('type WebService = 1')],
    good: [file('class WindowsService {}'), file('// class AlertManager'), file('const handler = 1')],
  },
  {
    name: 'log messages are static text',
    rule: logsComputedMessage,
    folders: ['src'],
    bad: [
      file('log.info(`read $' + '{n}`)'),
      file('this.#log.warn(message)'),
      file("log.error('a' + name)"),
      file('options.log.debug(\n  String(x),\n)'),
    ],
    good: [file("log.info('read', { n })"), file("log.warn(\n  'x',\n)"), file('console.log(x)')],
  },
  {
    name: 'pure rooms ask neither clock nor chance nor environment',
    rule: isImpure,
    folders: ['src'],
    bad: [file('Date.now()'), file('new Date()'), file('Math.random()'), file('process.env.X')],
    good: [file('new Date(timeMs)'), file('Date.now()', 'src/agent/x.ts'), file('/* Date.now() */')],
  },
  {
    name: 'only store/ writes SQL',
    rule: writesSql,
    folders: ['src'],
    bad: [
      file("'SELECT a FROM b'"),
      file('`\n  INSERT INTO x VALUES (?)`'),
      file('"PRAGMA x"'),
      file("'update t set a=1'"),
    ],
    good: [
      file("'SELECT a FROM b'", 'src/store/x.ts'),
      file("'select one from the list'.length", 'src/store/y.ts'),
    ],
  },
  {
    name: 'types are imported at the top, where the boundary check sees them',
    rule: importsTypeInline,
    folders: ['src'],
    bad: [file("type X = import('../a/index.ts').Y;"), file("let x: import('a').b;")],
    good: [file("const x = await import('a');"), file("const x = (await import('a')).b;")],
  },
  {
    name: 'no check is silenced without a reason',
    rule: silencesCheck,
    folders: ['src', 'bench', 'installer', 'models', 'docs'],
    bad: [file('// @ts-ignore'), file('// biome-ignore lint: x'), file('// @ts-expect-error')],
    good: [
      file('// biome-ignore lint/style/x: the format says so'),
      file('// @ts-expect-error the package has no types'),
    ],
  },
];

describe.each(cases)('$name', ({ rule, folders, bad, good }) => {
  it('is a rule that finds what it looks for', () => {
    for (const each of bad) expect([each, rule(each)]).not.toEqual([each, []]);
    for (const each of good) expect([each, rule(each)]).toEqual([each, []]);
  });

  it('holds', () => {
    const found = folders
      .flatMap(listSources)
      .flatMap((each) => rule(each).map((what) => `${each.path}: ${what}`));
    expect(found).toEqual([]);
  });
});
