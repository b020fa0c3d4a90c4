import { packJson, revive } from './packed-json.ts';
import type { ScoredStart } from './scored-start.ts';
import type { Subject } from './subject.ts';

/** Subjects of one batch: each name once, then for each subject its time and where its names are. */
interface JournalPage {
  /** Key and label of hosts, users, parents and processes; a label is left out where it is the key. */
  readonly names: readonly (readonly [key: string, label?: string])[];
  /**
   * {@link fieldsPerSubject} numbers a subject: its time, then the places of its
   * host, user, parent and process; -1 stands for `undefined`.
   */
  readonly numbers: readonly number[];
  /** The flagged ones, by their place. */
  readonly flagged: readonly (readonly [number, ScoredStart])[];
}

const fieldsPerSubject = 5;

/** One page as JSON. */
export function encodeJournal(subjects: readonly Subject[]): string {
  const names = new Names();
  const numbers: number[] = [];
  const flagged: [number, ScoredStart][] = [];
  for (const [index, subject] of subjects.entries()) {
    const { host, user, parent, process } = subject;
    numbers.push(
      subject.timeMs,
      names.place(host, subject.hostLabel),
      user === undefined ? -1 : names.place(user, subject.userLabel),
      parent === undefined ? -1 : names.place(parent, subject.parentLabel),
      process === undefined ? -1 : names.place(process, process),
    );
    if (subject.flagged !== undefined) flagged.push([index, subject.flagged]);
  }
  // Only the flagged starts need packing, and the packer is slow on thousands of numbers.
  const plain = JSON.stringify({ names: names.entries, numbers });
  return `${plain.slice(0, -1)},"flagged":${packJson(flagged)}}`;
}

export function decodeJournal(text: string): Subject[] {
  const { names, numbers, flagged } = JSON.parse(text) as JournalPage;
  const starts = new Map(flagged.map(([index, start]) => [index, revive(start)]));
  const keyOf = (place: number): string | undefined => names[place]?.[0];
  const labelOf = (place: number): string => names[place]?.[1] ?? names[place]?.[0] ?? '';
  const subjects: Subject[] = [];
  for (let at = 0; at < numbers.length; at += fieldsPerSubject) {
    const [timeMs = 0, host = -1, user = -1, parent = -1, process = -1] = numbers.slice(
      at,
      at + fieldsPerSubject,
    );
    subjects.push({
      timeMs,
      host: keyOf(host) ?? '',
      hostLabel: labelOf(host),
      user: keyOf(user),
      userLabel: labelOf(user),
      parent: keyOf(parent),
      parentLabel: labelOf(parent),
      process: keyOf(process),
      flagged: starts.get(subjects.length),
    });
  }
  return subjects;
}

/** Keys and their labels, each pair kept once as long as a key does not change its label. */
class Names {
  readonly entries: [key: string, label?: string][] = [];
  readonly #places = new Map<string, number>();

  place(key: string, label: string): number {
    const known = this.#places.get(key);
    if (known !== undefined) {
      const [, knownLabel = key] = this.entries[known]!;
      if (knownLabel === label) return known;
    }
    this.#places.set(key, this.entries.length);
    this.entries.push(key === label ? [key] : [key, label]);
    return this.entries.length - 1;
  }
}
