import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Plugin } from 'esbuild';

/** Where a name that a face gives away is declared. */
interface Declared {
  readonly path: string;
  readonly name: string;
}

const importFromFace = /^import \{([^}]*)\} from '(\.[^']*\/index\.ts)';$/gm;
const exportFrom = /^export (?:\{([^}]*)\}|\*) from '(\.[^']*)';$/gm;
const faces = new Map<string, ReadonlyMap<string, Declared>>();

/**
 * What a module imports from a room's face comes, in the bundle, straight from the module behind it. esbuild splits by
 * files: through its face a command would bring the whole room and all that is imported there. No module of src/ does
 * anything by being imported, so that their order is free.
 */
export const directImports: Plugin = {
  name: 'direct-imports',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: redirectImports(readFileSync(path, 'utf8'), path),
      loader: 'ts',
    }));
  },
};

/** The text of the module at `path` with as many lines as before. */
export function redirectImports(text: string, path: string): string {
  return text.replace(importFromFace, (statement: string, names: string, face: string) => {
    const facePath = join(dirname(path), face);
    const declared = declarationsBehind(facePath);
    const direct = listNames(names).map(({ name, alias }) => {
      const from = declared.get(name) ?? { path: facePath, name };
      return `import { ${from.name} as ${alias} } from '${specifier(path, from.path)}';`;
    });
    return direct.join(' ') + '\n'.repeat(statement.split('\n').length - 1);
  });
}

/** Every value that a face takes from another module, which may be a face as well. */
function declarationsBehind(face: string): ReadonlyMap<string, Declared> {
  let known = faces.get(face);
  if (known === undefined) {
    known = new Map(
      [...readFileSync(face, 'utf8').matchAll(exportFrom)].flatMap(([, names, from]) => {
        const path = join(dirname(face), from!);
        const behind = path.endsWith(`${sep}index.ts`)
          ? declarationsBehind(path)
          : new Map<string, Declared>();
        if (names === undefined) return [...behind];
        return listNames(names).map(
          ({ name, alias }) => [alias, behind.get(name) ?? { path, name }] as const,
        );
      }),
    );
    faces.set(face, known);
  }
  return known;
}

/** The values in the braces of an import or export; types are gone once it runs. */
function listNames(names: string): { readonly name: string; readonly alias: string }[] {
  return names
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('type '))
    .map((each) => {
      const [name, alias = name] = each.split(' as ');
      return { name: name!, alias: alias! };
    });
}

function specifier(from: string, to: string): string {
  const path = relative(dirname(from), to).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}
