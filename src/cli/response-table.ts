import type { ResponseStatus } from '../response/index.ts';
import { escapeForTerminal } from '../text/index.ts';

/** What the agent may do about processes now, and why; without one that runs, what the next one may do. */
export function formatResponseStatus(
  { mode, configuredMode, override, standDown, killSwitch, held }: ResponseStatus,
  agentRuns: boolean,
): string {
  const lines = [`mode: ${mode} (configured: ${configuredMode})`];
  if (!agentRuns) {
    lines.unshift('no agent answers: nothing is acted on; this is what one finds that is started now');
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
