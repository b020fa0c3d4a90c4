import { packJson, revive } from './packed-json.ts';
import type { ScoredStart } from './scored-start.ts';
import type { Subject } from './subject.ts';

/** Subjects of one batch: strings once, then for each subject its time and where its strings are. */
interface JournalPage {
  readonly strings: readonly string[];
  /** {@link fieldsPerSubject} numbers a subject; -1 stands for `undefined`. */
  readonly numbers: readonly number[];
  /** The flagged ones, by their place. */
  readonly flagged: readonly (readonly [number, ScoredStart])[];
}

const fieldsPerSubject = 8;

/** One page as JSON. */
export function encodeJournal(subjects: readonly Subject[]): string {
  const places = new Map<string, number>();
  const place = (text: string | undefined): number => {
    if (text === undefined) return -1;
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, places.size);
    return places.size - 1;
  };
  const numbers: number[] = [];
  const flagged: [number, ScoredStart][] = [];
  for (const [index, subject] of subjects.entries()) {
    const { host, hostLabel, user, userLabel, parent, parentLabel, process } = subject;
    numbers.push(subject.timeMs, place(host), place(hostLabel), place(user), place(userLabel));
    numbers.push(place(parent), place(parentLabel), place(process));
    if (subject.flagged !== undefined) flagged.push([index, subject.flagged]);
  }
  // Only the flagged starts need packing, and the packer is slow on thousands of numbers.
  const plain = JSON.stringify({ strings: [...places.keys()], numbers });
  return `${plain.slice(0, -1)},"flagged":${packJson(flagged)}}`;
}

export function decodeJournal(text: string): Subject[] {
  const { strings, numbers, flagged } = JSON.parse(text) as JournalPage;
  const starts = new Map(flagged.map(([index, start]) => [index, revive(start)]));
  const subjects: Subject[] = [];
  for (let at = 0; at < numbers.length; at += fieldsPerSubject) {
    const read = (field: number): string | undefined => strings[numbers[at + field]!];
    subjects.push({
      timeMs: numbers[at]!,
      host: read(1) ?? '',
      hostLabel: read(2) ?? '',
      user: read(3),
      userLabel: read(4) ?? '',
      parent: read(5),
      parentLabel: read(6) ?? '',
      process: read(7),
      flagged: starts.get(subjects.length),
    });
  }
  return subjects;
}
