import type { Host, ProcessEvent } from '../event/index.ts';
import { cutEnd, memoize } from '../text/index.ts';

/** Longest name that tells hosts or users apart. */
const maxKeyLength = 256;

/** The host of an event, as Windows compares names. */
export function hostKeyOf({ name, id }: Host): string {
  return clip(name ?? id ?? '');
}

/** The user of a start: the SID where the source has one, since names differ from provider to provider. */
export function userKeyOf({ user }: ProcessEvent): string {
  if (user.id !== undefined) return clip(user.id);
  if (user.name === undefined) return '';
  return clip(user.domain === undefined ? user.name : `${user.domain}\\${user.name}`);
}

/** The user as people write it. */
export function userLabel({ user }: ProcessEvent): string {
  if (user.name === undefined) return user.id ?? 'an unknown user';
  return user.domain === undefined ? user.name : oneCopy(`${user.domain}\\${user.name}`);
}

/** ISO 8601 in UTC, or `undefined` for a number that no date can be made of. */
export function isoTime(timeMs: number): string | undefined {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : undefined;
}

const clip = memoize((text) => cutEnd(text, maxKeyLength).toWellFormed().toLowerCase(), 8_192);

/** Every start that is remembered has its user's label. */
const oneCopy = memoize((text) => text, 1_024);
