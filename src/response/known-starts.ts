import { rememberStart, type ScoredStart } from '../anomaly/index.ts';
import type { ProcessEvent } from '../event/index.ts';
import type { ProcessTarget } from './process-port.ts';
import { targetOf } from './process-target.ts';
import type { ResponseParts } from './response-parts.ts';

/** More than a tree has that may be ended as a whole; its members are younger than its root, which was flagged just now. */
const maxStarts = 2_048;

/** What the last starts of this host were told to be: the members of a tree are judged by it, beside what Windows says. */
export class KnownStarts {
  readonly #parts: Pick<ResponseParts, 'settings' | 'exceptions' | 'isThisHost'>;
  readonly #byPid = new Map<number, ProcessEvent>();

  constructor(parts: Pick<ResponseParts, 'settings' | 'exceptions' | 'isThisHost'>) {
    this.#parts = parts;
  }

  /** Nothing is kept as long as neither an exception nor the policy could spare one. */
  observe(start: ScoredStart): void {
    const { settings, exceptions, isThisHost } = this.#parts;
    if (!settings().rules.hasScope && !exceptions().speaksForResponse) return;
    const { pid } = start.event.process;
    if (pid === undefined || isThisHost(start.event) !== true) return;
    this.#byPid.delete(pid);
    this.#byPid.set(pid, rememberStart(start).event);
    if (this.#byPid.size > maxStarts) this.#byPid.delete(this.#byPid.keys().next().value!);
  }

  /** Whether an exception or the scope of the policy speaks against acting on this process because of this rule. */
  isSpared(process: ProcessTarget, ruleId: string): boolean {
    const event = this.#byPid.get(process.pid);
    const target = event && targetOf(event);
    if (event === undefined || target === undefined) return false;
    if (Math.abs(target.createdMs - process.createdMs) > target.toleranceMs + roundingMs) return false;
    const { settings, exceptions } = this.#parts;
    if (exceptions().protectFromResponse(ruleId, event) !== undefined) return true;
    return settings().rules.scopeOf(event) !== 'inside';
  }
}

/** A creation time as a number of milliseconds keeps 300 ns. */
const roundingMs = 0.001;
