import type { AnomalyOptions } from './options.ts';
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
  /** The names as written. */
  readonly hostLabel: string;
  readonly userLabel: string;
  readonly parentLabel: string;
  readonly flagged: ScoredStart | undefined;
}

const serviceAccount = /^S-1-5-(?:18|19|20)$/;

export type SubjectReader = (start: ScoredStart, flagged: boolean) => Subject;

/**
 * `elastic`: the fields as written, as Elasticsearch's keyword fields are. `default`: without case, as Windows
 * compares them; users with their domain; the service accounts by SID, because each provider and language
 * has its own names for them.
 */
export function createSubjectReader({ mode }: Pick<AnomalyOptions, 'mode'>): SubjectReader {
  const isElastic = mode === 'elastic';
  const readKey = isElastic ? clipKnown : fold;
  return (start, flagged) => {
    const { host, user, process, timeMs } = start.event;
    const hostLabel = host.name ?? host.id ?? '';
    const parentLabel = process.parent.name;
    return {
      timeMs,
      host: readKey(hostLabel) ?? '',
      user: isElastic ? clipKnown(user.name) : userKey(user.id, user.domain, user.name),
      parent: readKey(parentLabel),
      process: readKey(process.name),
      hostLabel,
      userLabel: user.name ?? user.id ?? '',
      parentLabel: parentLabel ?? '',
      flagged: flagged ? start : undefined,
    };
  };
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

function clipKnown(text: string | undefined): string | undefined {
  return text === undefined ? undefined : clipName(text);
}

function fold(text: string | undefined): string | undefined {
  return text === undefined ? undefined : clipName(text).toLowerCase();
}

/** Bounds a name. Half a surrogate pair would not come back from the store as it went in. */
export function clipName(text: string): string {
  return (text.length > maxKeyLength ? text.slice(0, maxKeyLength) : text).toWellFormed();
}
