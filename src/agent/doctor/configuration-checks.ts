import { AgentError } from '../../errors/index.ts';
import { type Check, fail, failOf, ok, warn } from './check.ts';
import { configOf } from './doctor-context.ts';
import { isWritable, nearestFolder, otherWriterOf, statIfThere } from './folder-loader.ts';

export const configurationChecks: readonly Check[] = [
  {
    id: 'config-valid',
    title: 'The configuration is sound',
    needs: [],
    remedy: 'Correct what is named; `problemchild config check` names everything.',
    look({ loaded, refusal }) {
      if (loaded !== undefined) return ok(loaded.file ?? 'defaults and environment');
      return refusal instanceof AgentError ? failOf(refusal) : fail(String(refusal));
    },
  },
  {
    id: 'config-permissions',
    title: 'Only administrators may change the configuration file',
    needs: ['configuration', 'rights'],
    remedy: 'Take write access to the file and its folder from everybody else.',
    look(context) {
      const file = context.loaded?.file;
      if (file === undefined) return ok('there is no configuration file');
      const folder = nearestFolder(file);
      const open = [file, folder].flatMap((path) => {
        const writer = isSticky(path) ? undefined : otherWriterOf(path, context);
        return writer === undefined ? [] : [`${writer} may write to ${path}`];
      });
      return open.length === 0 ? ok(file) : fail(open.join('; '));
    },
  },
  {
    id: 'config-secrets',
    title: 'Secrets are kept outside the configuration file',
    needs: ['configuration'],
    remedy: 'Name a variable (env), a file of its own (file) or a sealed value (dpapi) instead.',
    look(context) {
      const inline = Object.entries(configOf(context).forward.destinations).flatMap(([name, settings]) =>
        inlineSecrets(settings).map((key) => `${name}.${key}`),
      );
      return inline.length === 0
        ? ok('no secret of a destination stands in it')
        : warn(`the secret itself stands in forward.destinations: ${inline.join(', ')}`);
    },
  },
  {
    id: 'log-file',
    title: "The agent's log can be written",
    needs: ['configuration'],
    remedy: 'Check log.file, its folder and their permissions.',
    look(context) {
      const { file } = configOf(context).log;
      if (file === null) return ok('it goes to stderr only');
      const found = statIfThere(file);
      if (found !== undefined && !found.isFile()) return fail(`${file} is no regular file`);
      const place = found === undefined ? nearestFolder(file) : file;
      return isWritable(place) ? ok(file) : fail(`${place} cannot be written`);
    },
  },
];

/** A folder such as /tmp, in which others may write but not exchange what is not theirs. */
function isSticky(path: string): boolean {
  const found = statIfThere(path);
  return found?.isDirectory() === true && (found.mode & 0o1000) !== 0;
}

/** Keys of a destination that may hold a secret or say where it is. */
const secretKeys = ['apiKey', 'password', 'token', 'key'] as const;

function inlineSecrets(settings: object): string[] {
  const values = settings as Readonly<Record<string, unknown>>;
  return secretKeys.filter((key) => typeof values[key] === 'string');
}
