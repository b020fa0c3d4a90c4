import type { ProcessEvent } from '../event/index.ts';
import type { AnomalyOptions } from './options.ts';

/** Longest key; what exceeds it shares a model with what begins the same. */
export const maxKeyLength = 256;

/** The names that an event is counted under. */
export interface Subject {
  readonly host: string;
  /** `undefined` where the event does not say; such an event has no part in that job. */
  readonly user: string | undefined;
  readonly parent: string | undefined;
  readonly process: string | undefined;
}

const serviceAccount = /^S-1-5-(?:18|19|20)$/;

export type SubjectReader = (event: ProcessEvent) => Subject;

/**
 * `elastic`: the fields as written, as Elasticsearch's keyword fields are. `default`: without case, as Windows
 * compares them; users with their domain; the service accounts by SID, because each provider and language
 * has its own names for them.
 */
export function createSubjectReader(options: Pick<AnomalyOptions, 'mode'>): SubjectReader {
  if (options.mode === 'elastic') {
    return ({ host, user, process }) => ({
      host: clipName(host.name ?? host.id ?? ''),
      user: user.name === undefined ? undefined : clipName(user.name),
      parent: process.parent.name === undefined ? undefined : clipName(process.parent.name),
      process: process.name === undefined ? undefined : clipName(process.name),
    });
  }
  return ({ host, user, process }) => ({
    host: fold(host.name ?? host.id ?? '')!,
    user: userKey(user.id, user.domain, user.name),
    parent: fold(process.parent.name),
    process: fold(process.name),
  });
}

/** The key of a user in `default` mode. */
export function userKey(
  id: string | undefined,
  domain: string | undefined,
  name: string | undefined,
): string | undefined {
  if (id !== undefined && serviceAccount.test(id)) return id;
  if (name === undefined) return fold(id);
  return fold(domain === undefined ? name : `${domain}\\${name}`);
}

function fold(text: string | undefined): string | undefined {
  return text === undefined ? undefined : clipName(text).toLowerCase();
}

/** Bounds a name. Half a surrogate pair would not come back from the store as it went in. */
export function clipName(text: string): string {
  return (text.length > maxKeyLength ? text.slice(0, maxKeyLength) : text).toWellFormed();
}
