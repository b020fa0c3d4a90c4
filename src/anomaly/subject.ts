import { cutEnd, memoize } from '../text/index.ts';
import type { AnomalyOptions } from './options.ts';
import { rememberStart } from './remembered-start.ts';
import type { ScoredStart } from './scored-start.ts';

/** Longest key; what exceeds it shares a model with what begins the same. */
export const maxKeyLength = 256;

/** What the jobs need of a process start: the names it is counted under, and all of it where it is flagged. */
export interface Subject {
  readonly timeMs: number;
  /** Keys. `undefined` where the event does not say; such an event has no part in that job. */
  readonly host: string;
  readonly user: string | undefined;
  readonly parent: string | undefined;
  readonly process: string | undefined;
  /** The names as written, no longer than keys. */
  readonly hostLabel: string;
  readonly userLabel: string;
  readonly parentLabel: string;
  readonly flagged: ScoredStart | undefined;
}

/**
 * A name comes thousands of times; a key that is always the same string is hashed once and compared by address in
 * every table.
 */
const cachedKeys = 20_000;

const serviceAccount = /^S-1-5-(?:18|19|20)$/;

export type SubjectReader = (start: ScoredStart, flagged: boolean) => Subject;

/**
 * `elastic`: the fields as written, as Elasticsearch's keyword fields are. `default`: without case, as Windows
 * compares them; users with their domain; the service accounts by SID, because each provider and language
 * has its own names for them.
 */
export function createSubjectReader({ mode }: Pick<AnomalyOptions, 'mode'>): SubjectReader {
  const isElastic = mode === 'elastic';
  const keyOf = memoize(isElastic ? clipName : fold, cachedKeys);
  const readKey = (text: string | undefined) => (text === undefined ? undefined : keyOf(text));
  return (start, flagged) => {
    const { host, user, process, timeMs } = start.event;
    const hostLabel = host.name ?? host.id ?? '';
    const parentLabel = process.parent.name;
    return {
      timeMs,
      host: readKey(hostLabel) ?? '',
      user: isElastic ? readKey(user.name) : readKey(userName(user.id, user.domain, user.name)),
      parent: readKey(parentLabel),
      process: readKey(process.name),
      hostLabel: cutEnd(hostLabel, maxKeyLength),
      userLabel: cutEnd(user.name ?? user.id ?? '', maxKeyLength),
      parentLabel: cutEnd(parentLabel ?? '', maxKeyLength),
      flagged: flagged ? rememberStart(start) : undefined,
    };
  };
}

/** What names a user in `default` mode. */
function userName(
  id: string | undefined,
  domain: string | undefined,
  name: string | undefined,
): string | undefined {
  if (name === undefined || (id !== undefined && serviceAccount.test(id))) return id;
  return domain === undefined ? name : `${domain}\\${name}`;
}

/** In this order: the lower case of a text may be longer than the text. */
function fold(text: string): string {
  return clipName(text.toLowerCase());
}

/** Bounds a name. Half a surrogate pair would not come back from the store as it went in. */
export function clipName(text: string): string {
  return cutEnd(text, maxKeyLength).toWellFormed();
}
