import { rememberStart, type ScoredStart } from '../../anomaly/index.ts';
import { type EcsDocument, toEcs, type User } from '../../event/index.ts';
import { userKey } from '../action.ts';

/** Starts of all users that are remembered, and those of one user that a bundle takes. */
const maxStarts = 2_000;
const maxOfUser = 50;

/** The last starts on this host, so that a bundle can show what its user did before. */
export class RecentStarts {
  readonly #starts: ScoredStart[] = [];
  #next = 0;

  observe(start: ScoredStart): void {
    this.#starts[this.#next] = rememberStart(start);
    this.#next = (this.#next + 1) % maxStarts;
  }

  /** The latest of this user, oldest first, each as an ECS document with its probability. */
  ofUser(user: User): EcsDocument[] {
    const key = userKey(user);
    const found: EcsDocument[] = [];
    for (let back = 1; back <= this.#starts.length && found.length < maxOfUser; back++) {
      const start = this.#starts[(this.#next - back + maxStarts) % maxStarts];
      if (start === undefined || userKey(start.event.user) !== key) continue;
      const { maliciousProbability } = start.prediction;
      found.push({ ...toEcs(start.event), problemchild: { malicious_probability: maliciousProbability } });
    }
    return found.reverse();
  }
}
