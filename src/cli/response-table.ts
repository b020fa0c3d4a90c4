import type { ResponseStatus } from '../response/index.ts';
import { escapeForTerminal } from '../text/index.ts';

/** What the agent may do about processes now, and why; without one that runs, what the next one may do. */
export function formatResponseStatus(
  { mode, configuredMode, override, standDown, killSwitch, held, actsOnNothing }: ResponseStatus,
  agentRuns: boolean,
  otherState?: string,
): string {
  const lines = [`mode: ${mode} (configured: ${configuredMode})`];
  if (!agentRuns) {
    const who =
      otherState === undefined
        ? 'no agent answers'
        : `this is not about the agent that runs, whose state file is ${clean(otherState)}; of this one no agent answers`;
    lines.unshift(`${who}: nothing is acted on; this is what one finds that is started now`);
  }
  if (actsOnNothing === true) {
    lines.push(
      'the agent that answers reads no live source of Windows: it acts on nothing, whatever is armed',
    );
  }
  if (override !== undefined) {
    const of = override.ruleId === undefined ? '' : ` for rule ${override.ruleId}`;
    lines.push(
      `override: ${override.mode}${of} until ${new Date(override.untilMs).toISOString()} by ${clean(override.by)}: ${clean(override.reason)}`,
    );
  }
  if (standDown !== undefined) {
    lines.push(
      `stands down since ${new Date(standDown.sinceMs).toISOString()} by ${clean(standDown.by)}: ${clean(standDown.reason)}`,
    );
  }
  if (killSwitch !== false) lines.push(`kill switch: ${killSwitch === true ? 'set' : 'cannot be looked at'}`);
  lines.push(`suspended processes: ${held}`);
  return lines.join('\n');
}

function clean(text: string): string {
  return escapeForTerminal(text, 500);
}
