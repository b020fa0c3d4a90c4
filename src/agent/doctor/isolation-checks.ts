import { AgentError } from '../../errors/index.ts';
import type { FiltersInForce, StandingIsolation } from '../../response/index.ts';
import { FilterEngine } from '../../windows/index.ts';
import { type Check, type Finding, fail, ok, skip, warn } from './check.ts';
import { libraryOf } from './doctor-context.ts';
import { withResponseDesk } from './response-journal.ts';

/** The running agent looks every half minute; what is off for longer, nobody looks after. */
const graceMs = 120_000;
const release =
  'Start the agent, which ends what nobody stands for, or run `problemchild host release` as administrator.';

export const isolationChecks: readonly Check[] = [
  {
    id: 'isolation',
    title: "The agent's packet filters are what its journal says",
    needs: ['library', 'state'],
    remedy: release,
    async look(context) {
      let inForce: FiltersInForce;
      try {
        inForce = await new FilterEngine(libraryOf(context)).read();
      } catch (error) {
        if (!(error instanceof AgentError) || error.code !== 'PC_NATIVE_ACCESS') throw error;
        return skip('the filters may not be read by this account');
      }
      const standing = withResponseDesk(context, ({ journal }) => journal.isolation);
      return judgeIsolation(inForce, standing, context.clock.nowMs());
    },
  },
];

/** Holds the filters that are there against the isolation that should be in force. */
export function judgeIsolation(
  { filters, idle, planId }: FiltersInForce,
  standing: StandingIsolation | undefined,
  nowMs: number,
): Finding {
  if (standing === undefined) {
    if (filters > 0)
      return fail(`${filters} filters cut this host off, and the journal knows of no isolation`);
    return idle > 0 ? warn(`${idle} filters are left that are not in force`) : ok('the host is not isolated');
  }
  const { state, changedMs, sinceMs, untilMs, by } = standing;
  const said = `isolated since ${new Date(sinceMs).toISOString()} by ${by}, until ${new Date(untilMs).toISOString()}`;
  if (state !== 'isolated') {
    return nowMs - changedMs > graceMs
      ? fail(`${said}; it was broken off while ${state}`)
      : warn(`${said}; ${state}`);
  }
  if (nowMs - untilMs > graceMs) return fail(`${said}, which is over`);
  if (filters === 0) {
    const restart = 'Start the agent, which puts them back; what was sent meanwhile went out.';
    return fail(`${said}, and no filter is in force`, restart);
  }
  if (planId !== standing.planId) {
    return warn(
      `${said}, and the ${filters} filters in force are of another plan`,
      'Start the agent, which sets them anew.',
    );
  }
  return ok(`${said}, with ${filters} filters`);
}
