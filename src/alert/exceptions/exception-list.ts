import { compileAll, type Predicate } from '../../detection/index.ts';
import type { ProcessEvent } from '../../event/index.ts';
import type { ExceptionEntry } from './exception-entry.ts';

interface CompiledEntry {
  readonly entry: ExceptionEntry;
  readonly rules: ReadonlySet<string> | undefined;
  readonly expiresMs: number;
  readonly holds: Predicate;
}

/** The entries in force, and how often each has silenced an alert. */
export class ExceptionList {
  /** Whether any entry could keep response from acting. */
  readonly speaksForResponse: boolean;
  readonly #entries: readonly CompiledEntry[];
  readonly #silenced = new Map<string, number>();

  constructor(entries: readonly ExceptionEntry[]) {
    this.speaksForResponse = entries.some(({ response }) => response);
    this.#entries = entries.map((entry) => ({
      entry,
      rules: entry.rules === undefined ? undefined : new Set(entry.rules),
      expiresMs: entry.expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(entry.expires),
      holds: compileAll(entry.conditions),
    }));
  }

  get entries(): readonly ExceptionEntry[] {
    return this.#entries.map(({ entry }) => entry);
  }

  /** Alerts silenced so far, by entry id; an entry that silenced none is there with 0. */
  get silenced(): ReadonlyMap<string, number> {
    return new Map(this.#entries.map(({ entry }) => [entry.id, this.#silenced.get(entry.id) ?? 0]));
  }

  /** The first entry, in file order, that keeps this rule silent about this event, counted. */
  silence(ruleId: string, event: ProcessEvent): ExceptionEntry | undefined {
    const entry = this.#find(ruleId, event, false);
    if (entry !== undefined) this.#silenced.set(entry.id, (this.#silenced.get(entry.id) ?? 0) + 1);
    return entry;
  }

  /** The entry that {@link silence} would name; not counted. */
  find(ruleId: string, event: ProcessEvent): ExceptionEntry | undefined {
    return this.#find(ruleId, event, false);
  }

  /** The entry, if any, that keeps response from acting on this event; not counted as silence. */
  protectFromResponse(ruleId: string, event: ProcessEvent): ExceptionEntry | undefined {
    return this.#find(ruleId, event, true);
  }

  #find(ruleId: string, event: ProcessEvent, forResponse: boolean): ExceptionEntry | undefined {
    for (const { entry, rules, expiresMs, holds } of this.#entries) {
      if (forResponse && !entry.response) continue;
      if (rules !== undefined && !rules.has(ruleId)) continue;
      if (event.timeMs >= expiresMs) continue;
      if (holds(event)) return entry;
    }
    return undefined;
  }
}
