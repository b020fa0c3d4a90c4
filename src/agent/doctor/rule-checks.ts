import { loadExceptions, loadIocs } from '../../alert/index.ts';
import { loadRules } from '../../detection/index.ts';
import { type Check, fail, ok, warn } from './check.ts';
import { configOf, type DoctorContext } from './doctor-context.ts';

const soonMs = 14 * 86_400_000;
const namedEntries = 5;

function exceptionsOf(context: DoctorContext) {
  const { exceptionSets, exceptionsFolder } = configOf(context).alert;
  return loadExceptions({ sets: exceptionSets, folder: exceptionsFolder ?? undefined });
}

function nameSome(ids: readonly string[]): string {
  const rest = ids.length - namedEntries;
  return `${ids.slice(0, namedEntries).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

export const ruleChecks: readonly Check[] = [
  {
    id: 'rules',
    title: 'The rules load',
    needs: ['configuration'],
    remedy: 'Correct the file that is named; the shipped rules need none.',
    look(context) {
      const rules = loadRules(configOf(context).detection.rulesFolder ?? undefined);
      return rules.length > 0 ? ok(`${rules.length} rules`) : fail('there are no rules: nothing can alert');
    },
  },
  {
    id: 'exceptions',
    title: 'The exceptions load',
    needs: ['configuration'],
    remedy: 'Correct the file that is named; `problemchild exceptions` helps to write entries.',
    look: (context) => ok(`${exceptionsOf(context).length} entries`),
  },
  {
    id: 'exceptions-expired',
    title: 'No exception has run out or is about to',
    needs: ['configuration'],
    remedy:
      'Remove the entries that are no longer needed, and look at the others again before you extend them.',
    look(context) {
      const nowMs = context.clock.nowMs();
      const entries = exceptionsOf(context).filter(({ expires }) => expires !== undefined);
      const before = (timeMs: number) =>
        entries.filter(({ expires }) => Date.parse(expires ?? '') <= timeMs).map(({ id }) => id);
      const expired = before(nowMs);
      if (expired.length > 0) return warn(`run out: ${nameSome(expired)}`);
      const soon = before(nowMs + soonMs);
      return soon.length > 0 ? warn(`run out within 14 days: ${nameSome(soon)}`) : ok('none');
    },
  },
  {
    id: 'indicators',
    title: 'The lists of indicators load',
    needs: ['configuration'],
    remedy: 'Correct the file that is named.',
    look(context) {
      const { iocFolder } = configOf(context).alert;
      if (iocFolder === null) return ok('none are configured');
      const { skipped } = loadIocs(iocFolder);
      if (skipped.size === 0) return ok(iocFolder);
      const files = [...skipped].map(([name, count]) => `${name} (${count})`);
      return warn(`entries of kinds that are not compared: ${files.join(', ')}`);
    },
  },
  {
    id: 'priors',
    title: 'What is ordinary on Windows takes part in what is rare',
    needs: ['configuration'],
    remedy: 'Set anomaly.priors to true, or import a baseline: else the first weeks are noisy.',
    look(context) {
      const { mode, priors } = configOf(context).anomaly;
      if (mode === 'elastic') return ok("anomaly.mode is elastic: the jobs learn as Elastic's do");
      return priors ? ok('they do') : warn('anomaly.priors is off');
    },
  },
];
