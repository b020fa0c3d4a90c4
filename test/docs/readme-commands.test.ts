import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Commands that are not run here, with the reason. One that a page no longer has is an error. */
const notRun: Readonly<Record<string, string>> = {
  'npm ci && npm start': 'the gate runs npm ci itself, and npm start is run below',
  'npm ci && npm test': 'this is npm test',
  'npx problemchild run --state agent.db': 'captures live: Windows only',
  'npx problemchild run --source winlogbeat.ndjson --state agent.db': 'runs until it is stopped',
  'npx problemchild record --out events.ndjson.gz': 'captures live: Windows only',
  'npm run check': 'the gate runs it',
  'npm run bench': 'takes minutes; the gate runs it',
  'npm run build': 'the gate runs it',
  'bash .ci/run': 'is the gate',
};

/** Exit codes other than 0 that are right in a checkout without a configuration. */
const otherCodes: Readonly<Record<string, readonly number[]>> = {
  // No state file and no destination are configured: warnings.
  'npx problemchild doctor': [1],
  'npx problemchild doctor --json': [1],
  'npx problemchild doctor --all': [1],
  // No agent runs.
  'npx problemchild status': [3],
  'npx problemchild status --json': [3],
  'npx problemchild metrics': [3],
};

/** The commands of the fenced shell blocks of a page, without their comments. */
function commandsOf(page: string): string[] {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^```sh\n(.*?)^```/gms);
  return [...blocks].flatMap(([, block]) =>
    block!
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
}

const readme = commandsOf('README.md');
/** Of the page on operations those that need neither Windows nor an agent that runs. */
const operate = commandsOf('docs/operate.md').filter((command) =>
  /^npx problemchild (?:doctor|selftest|record|replay|diagnostics)\b/.test(command),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'readme-'));
  for (const name of ['samples', 'docs', 'package.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  for (const name of ['node_modules', 'src', 'models', 'siem']) {
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(folder, name));
  }
  mkdirSync(join(folder, 'build'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a line as a shell does, with the agent of this checkout for what npx would find. */
function runLine(line: string): { readonly code: number | null; readonly output: string } {
  const program = `"${process.execPath}" "${join(root, 'src/cli/main.ts')}"`;
  const command = line.replace(/^npx problemchild/, program);
  const { PC_CONFIG: _, ...env } = process.env;
  const ran = spawnSync('bash', ['-c', command], { cwd: folder, env, encoding: 'utf8', timeout: 280_000 });
  return { code: ran.status, output: `${ran.stdout.slice(-2_000)}${ran.stderr.slice(-2_000)}` };
}

describe('the commands of the documentation', () => {
  it('are known: what is not run has a reason, and every reason a command', () => {
    expect(readme.length).toBeGreaterThan(10);
    expect(operate.length).toBeGreaterThan(5);
    for (const command of Object.keys(notRun)) expect(readme).toContain(command);
  });

  const runnable = [...new Set([...readme, ...operate])].filter((command) => !Object.hasOwn(notRun, command));
  it.each(runnable)('%s', (command) => {
    const { code, output } = runLine(command);
    expect(otherCodes[command] ?? [0], output).toContain(code);
  });

  it('npm start, as the first of them', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const start = scripts['start']!.replace(/^node/, `"${process.execPath}"`);
    const { code, output } = runLine(start);
    expect(code, output).toBe(0);
  });
});
