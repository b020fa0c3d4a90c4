import { AgentError } from '../../errors/index.ts';
import { compilePriors, type Priors, type StartCounts } from '../priors.ts';
import { type Baseline, BaselineTotals } from './baseline.ts';
import type { UserHash } from './user-hash.ts';

const rememberedUsers = 1_000;

/**
 * Priors out of the shipped counts and an organisation's baseline. The counts are added as they are: a
 * baseline of a few days outweighs what ships.
 * @throws AgentError PC_BASELINE_KEY when the baseline's users were hashed with another key
 */
export function createPriors(shipped: StartCounts, baseline?: Baseline, userHash?: UserHash): Priors {
  if (baseline === undefined) return compilePriors(shipped);
  if (userHash !== undefined && baseline.keyId !== null && baseline.keyId !== userHash.keyId) {
    throw new AgentError(
      'PC_BASELINE_KEY',
      `the baseline's users were hashed with the key ${baseline.keyId}, the configured key is ${userHash.keyId}`,
    );
  }
  const totals = new BaselineTotals();
  totals.add({ ...baseline, ...shipped, keyId: null, users: {} });
  totals.add({ ...baseline, keyId: null, users: {} });
  return compilePriors(totals.toBaseline(null), userHash && findUsers(baseline, userHash));
}

/** Looks users up by their hash, which is computed once for each of the last users asked for. */
function findUsers(baseline: Baseline, userHash: UserHash) {
  const users = new Map(Object.entries(baseline.users));
  const found = new Map<string, Readonly<Record<string, number>> | undefined>();
  return (user: string): Readonly<Record<string, number>> | undefined => {
    if (found.has(user)) return found.get(user);
    if (found.size >= rememberedUsers) found.clear();
    const counts = users.get(userHash.hash(user));
    found.set(user, counts);
    return counts;
  };
}
