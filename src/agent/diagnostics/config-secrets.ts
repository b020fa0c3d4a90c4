import type { Config } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import { type DestinationSurroundings, openRoute, type SecretRef } from '../../forward/index.ts';
import { createSurroundings, listDestinations } from '../forwarding.ts';

/** Every secret that the configuration holds or names, as far as it can be opened: what must be in no archive. */
export async function findSecrets(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const found = new Set<string>();
  const { organisationKey } = config.anomaly;
  if (organisationKey !== null) found.add(organisationKey);
  const onSecret = (secret: string): void => {
    found.add(secret);
  };
  let surroundings: DestinationSurroundings | undefined;
  try {
    surroundings = await createSurroundings({ config, env, onSecret });
  } catch (error) {
    // Without the native library sealed secrets stay sealed, so that nothing can print them either.
    if (!(error instanceof AgentError)) throw error;
  }
  for (const settings of listDestinations(config).values()) {
    for (const ref of secretRefsIn(settings)) {
      if (typeof ref === 'string') onSecret(ref);
      else await openQuietly(() => surroundings?.secrets.open(ref));
    }
    // Notes what destinations make of secrets: headers, URLs.
    await openQuietly(async () => {
      if (surroundings !== undefined) await openRoute('any', settings, surroundings).destination.close();
    });
  }
  return [...found];
}

/** One secret that cannot be opened is in no archive; the others still have to be found. */
async function openQuietly(open: () => unknown): Promise<void> {
  try {
    await open();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
  }
}

/** Keys of destinations whose text is itself a secret. */
const secretKeys: ReadonlySet<string> = new Set(['apiKey', 'password', 'token', 'key', 'keyPassphrase']);

function secretRefsIn(value: unknown, key = '', isHeader = false): SecretRef[] {
  if (typeof value === 'string') return secretKeys.has(key) || isHeader ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  const values = value as Readonly<Record<string, unknown>>;
  const isRef = ['env', 'file', 'dpapi'].some((name) => Object.keys(values).join() === name);
  if (isRef) return [value as SecretRef];
  // A webhook's URL is one, as its last part is what lets one in.
  const url = values['type'] === 'webhook' && typeof values['url'] === 'string' ? [values['url']] : [];
  return [
    ...url,
    ...Object.entries(values).flatMap(([name, child]) => secretRefsIn(child, name, key === 'headers')),
  ];
}
