import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { directImports, redirectImports } from '../../installer/direct-imports.ts';

const root = join(import.meta.dirname, '../..');
const score = join(root, 'src/cli/commands/score.ts');

function redirect(statement: string): string {
  return redirectImports(`${statement}\n`, score);
}

describe('an import from the face of a room', () => {
  it('comes from the module behind it', () => {
    expect(redirect("import { openScoreRun } from '../../agent/index.ts';")).toBe(
      "import { openScoreRun as openScoreRun } from '../../agent/score-run.ts';\n",
    );
  });

  it('keeps its own name, leaves types out, and takes as many lines as before', () => {
    const statement =
      "import {\n  type ScoreRun,\n  openScoreRun as open,\n  Tally,\n} from '../../agent/index.ts';";
    expect(redirect(statement)).toBe(
      "import { openScoreRun as open } from '../../agent/score-run.ts'; import { Tally as Tally } from '../../agent/tally.ts';\n\n\n\n\n",
    );
  });

  it('goes on through a face behind the face', () => {
    expect(redirect("import { releaseInstallation } from '../../agent/index.ts';")).toContain(
      "'../../agent/installation/release.ts'",
    );
  });

  it('stays where the face itself declares the name, or is no face of a room', () => {
    expect(redirect("import { sealedText } from '../../nowhere.ts';")).toBe(
      "import { sealedText } from '../../nowhere.ts';\n",
    );
    const text =
      "import type { Config } from '../../config/index.ts';\nimport { once } from 'node:events';\n";
    expect(redirectImports(text, score)).toBe(text);
  });
});

it('every name is declared where its import goes', () => {
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const path = join(root, file);
    const text = readFileSync(path, 'utf8');
    const redirected = redirectImports(text, path);
    expect(redirected.split('\n')).toHaveLength(text.split('\n').length);
    if (redirected === text) continue;
    for (const [, name, from] of redirected.matchAll(/import \{ (\w+) as \w+ \} from '(\.[^']+)';/g)) {
      const declaring = readFileSync(join(dirname(path), from!), 'utf8');
      expect(declaring, `${name} in ${from}, for ${file}`).toMatch(
        new RegExp(`^export (?:async )?(?:const|class|function\\*?) ${name}\\b`, 'm'),
      );
    }
  }
});

/** The modules of a bundle that are read when a command is named, by what they hold. */
async function inputsOf(command: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [join(root, 'src/cli/main.ts')],
    outdir: join(root, 'build/none'),
    absWorkingDir: root,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    plugins: [directImports],
  });
  const { outputs } = metafile;
  const [entry] = Object.entries(outputs).find(
    ([, { entryPoint }]) => entryPoint === `src/cli/commands/${command}.ts`,
  )!;
  const read = new Set<string>();
  const queue = [entry];
  for (let output = queue.pop(); output !== undefined; output = queue.pop()) {
    if (read.has(output)) continue;
    read.add(output);
    for (const { path, kind, external } of outputs[output]!.imports) {
      if (kind === 'import-statement' && external !== true) queue.push(path);
    }
  }
  return [...read].flatMap((output) => Object.keys(outputs[output]!.inputs));
}

it('a command brings only what it uses', async () => {
  const inputs = await inputsOf('score');
  expect(inputs).toContain('src/agent/score-run.ts');
  expect(inputs.filter((path) => /^src\/(response|forward|windows)\//.test(path))).toEqual([]);
  expect((await inputsOf('config')).filter((path) => path.startsWith('src/problemchild/onnx/'))).toEqual([]);
});
