import { shortenEnd } from '../../text/index.ts';
import type { Alert } from '../alert.ts';
import { userLabel } from '../subject-keys.ts';
import type { Triage } from './triage.ts';

export interface Advice {
  readonly checks: readonly string[];
  readonly actions: readonly string[];
}

const maxNameLength = 60;

/** What to look at next and what to do, chosen by what fired and what was found; names and numbers only. */
export function advise(alert: Alert, found: Omit<Triage, 'checks' | 'actions'>): Advice {
  return { checks: [...listChecks(alert, found)].slice(0, 8), actions: [...listActions(alert, found)] };
}

function* listChecks(alert: Alert, found: Omit<Triage, 'checks' | 'actions'>): Generator<string> {
  const { event } = alert.subject;
  const user = name(userLabel(event));
  const process = name(event.process.name);
  const host = name(event.host.name ?? event.host.id);
  for (const { indicator, field } of found.iocs.slice(0, 3)) {
    yield `${field} ${name(indicator.value)} is on the list ${name(indicator.list)}${indicator.note === undefined ? '' : ` (${shortenEnd(indicator.note, 80)})`}: search the other hosts for it`;
  }
  if (found.cluster.total > 1) {
    const [first] = found.cluster.shown;
    yield `Read the ${found.cluster.total} suspicious starts in order, from ${clock(first?.timeMs)} on: together they tell what was attempted`;
  }
  for (const { binary, check } of found.facts.slice(0, 3)) yield `${name(binary)}: ${check}`;
  for (const { process: connected, connections, questions } of found.network.slice(0, 2)) {
    const places = [
      ...connections.map(({ destination }) => destination),
      ...questions.map((each) => each.name),
    ];
    yield `${name(connected)} reached ${places.length} destination${places.length === 1 ? '' : 's'} (${places.slice(0, 3).map(name).join(', ')}): look them up, and for other hosts that reached them`;
  }
  if (found.user.firstSeenMs === undefined)
    yield `${user} was never seen on ${host} before: ask whether this logon is expected`;
  else if (found.user.startsOfProcess === 0) {
    yield `${user} never started ${process} before in ${found.user.starts} starts: ask whether this is new work`;
  }
  if (found.user.earlierAlerts > 0) {
    yield `${user} had ${found.user.earlierAlerts} earlier alert${found.user.earlierAlerts === 1 ? '' : 's'} on ${host}, the last at ${clock(found.user.lastAlertMs)}: see whether they belong together`;
  }
  const [installer] = found.installers;
  if (installer !== undefined) {
    yield `${name(installer.name)} ran at ${clock(installer.timeMs)}: an installation may explain this; compare the publisher`;
  }
  if (found.children.total > 0)
    yield `It started ${found.children.total} process${found.children.total === 1 ? '' : 'es'}: follow them down`;
}

function* listActions(alert: Alert, found: Omit<Triage, 'checks' | 'actions'>): Generator<string> {
  const { event } = alert.subject;
  const user = name(userLabel(event));
  const host = name(event.host.name ?? event.host.id);
  const tactics = new Set(found.techniques.map(({ tactic }) => tactic));
  const severe = alert.rule.severity === 'high' || alert.rule.severity === 'critical';
  if (found.iocs.length > 0) yield `Take ${host} off the network and keep its memory before anything else`;
  if (tactics.has('TA0006'))
    yield `Change the passwords of every account that was logged on to ${host}, beginning with administrators`;
  if (tactics.has('TA0040'))
    yield `Take ${host} off the network now and check that backups elsewhere are whole`;
  if (tactics.has('TA0008'))
    yield `Find the other host from the command line and look there for the same minutes`;
  if (tactics.has('TA0003'))
    yield `Remove what was left to come back (account, task, service, run key) once it is recorded`;
  if (severe || found.cluster.total > 2) {
    const pid = event.process.pid === undefined ? '' : ` (pid ${event.process.pid})`;
    yield `If ${user} cannot explain it, end ${name(event.process.name)}${pid} and what it started, and hold the account`;
  }
  yield `If it is ordinary here, see the narrowest exception: problemchild exceptions suggest ${alert.id}`;
}

function name(text: string | undefined): string {
  return text === undefined ? 'an unknown one' : shortenEnd(text, maxNameLength);
}

function clock(timeMs: number | undefined): string {
  if (timeMs === undefined || Math.abs(timeMs) > 8.64e15) return 'an unknown time';
  return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
