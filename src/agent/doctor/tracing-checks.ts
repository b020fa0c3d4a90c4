import { listTraceSessions, type TraceSession } from '../../windows/index.ts';
import { serviceName } from '../service-name.ts';
import { type Check, type Finding, ok, warn } from './check.ts';
import { libraryOf, systemOf } from './doctor-context.ts';

const loggersKey = 'SYSTEM\\CurrentControlSet\\Control\\WMI';
/** How many sessions Windows allows where nothing else is set, and how many of them may take kernel events. */
const usualLimit = 64;
const kernelLimit = 8;
/** One of the kernel's own provider and one of its process provider. */
const ownSessions = 2;

export const tracingChecks: readonly Check[] = [
  {
    id: 'tracing-sessions',
    title: "The agent's tracing sessions are as the service is",
    needs: ['windows'],
    remedy: 'Start the service: it takes over a session that a killed agent left behind.',
    look(context) {
      const system = systemOf(context);
      const sessions = system.ownSessions();
      const isRunning = system.serviceState(serviceName) === 'running';
      if (sessions.length > 0 && !isRunning) return warn(`there without the service: ${sessions.join(', ')}`);
      return ok(sessions.length === 0 ? 'none' : sessions.join(', '));
    },
  },
  {
    id: 'other-sessions',
    title: "Other products' tracing sessions leave room for the agent's",
    needs: ['windows', 'library'],
    remedy:
      'End sessions that nobody needs (`logman -ets` lists them), or have Windows allow more by the registry value EtwMaxLoggers; or have the agent read Sysmon (source.input: eventlog).',
    look(context) {
      const limit = systemOf(context).registry.number(loggersKey, 'EtwMaxLoggers') ?? usualLimit;
      return judgeSessions(listTraceSessions(libraryOf(context)), limit);
    },
  },
];

/** Whether the agent's two sessions are there, or could be; `limit`: how many sessions Windows allows in all. */
export function judgeSessions(sessions: readonly TraceSession[], limit: number): Finding {
  const others = sessions.filter(({ isOwn }) => !isOwn);
  const kernel = others.filter(({ isKernel }) => isKernel).map(({ name }) => name);
  const own = sessions.length - others.length;
  const hasKernel = sessions.some(({ isOwn, isKernel }) => isOwn && isKernel);
  if (!hasKernel && kernel.length >= kernelLimit) {
    return warn(`all ${kernelLimit} places of kernel sessions are taken: ${kernel.join(', ')}`);
  }
  if (limit - sessions.length < ownSessions - own) {
    return warn(
      `${sessions.length} of ${limit} sessions are there, and the agent needs ${ownSessions - own} more`,
    );
  }
  const losing = others
    .filter(({ eventsLost, buffersLost }) => eventsLost + buffersLost > 0)
    .map(
      ({ name, eventsLost, buffersLost }) => `${name} lost ${eventsLost} events and ${buffersLost} buffers`,
    );
  const said = `${others.length} of others, ${limit} allowed`;
  return ok(
    [said, ...(kernel.length === 0 ? [] : [`kernel events: ${kernel.join(', ')}`]), ...losing].join('; '),
  );
}
