import type { ProcessEvent } from '../../event/index.ts';
import { loadBundle } from '../../problemchild/index.ts';
import { inspectStateFile } from '../../store/index.ts';
import { shippedBundle } from '../assets.ts';
import { openModel } from '../input.ts';
import { readModelFacts } from '../model-facts.ts';
import { type Check, fail, ok, skip, warn } from './check.ts';
import { configOf, type DoctorContext, stateFileOf } from './doctor-context.ts';
import { createKnownStart } from './known-start.ts';

function folderOf(context: DoctorContext): string {
  return configOf(context).model.bundle ?? shippedBundle;
}

export const modelChecks: readonly Check[] = [
  {
    id: 'model-bundle',
    title: 'The model is the one its description says',
    needs: ['configuration'],
    remedy: 'Install the agent again, or take the whole bundle again from a source you trust.',
    async look(context) {
      const { bundle } = await loadBundle(folderOf(context));
      return ok(`${bundle.name}, SHA-256 ${bundle.weights.sha256}`);
    },
  },
  {
    id: 'model-self-check',
    title: 'The model tells a known attack from a known ordinary start',
    needs: ['configuration'],
    remedy: 'Install the agent again; if an imported model fails, import it again.',
    async look(context) {
      const config = configOf(context);
      const scorer = await openModel(config);
      try {
        const starts: ProcessEvent[] = [createKnownStart('attack'), createKnownStart('ordinary')];
        const [attack, ordinary] = (await scorer.score(starts)).map(
          ({ maliciousProbability }) => maliciousProbability,
        );
        const said = `${attack?.toFixed(3)} for the attack, ${ordinary?.toFixed(3)} for the ordinary start`;
        const { decisionThreshold } = scorer.bundle;
        const tells = attack! >= decisionThreshold && ordinary! < decisionThreshold;
        if (tells) return ok(said);
        // Elastic's model sees less in these two; what counts then is that it orders them.
        if (config.model.bundle !== null && attack! > ordinary!) return ok(said);
        return fail(said);
      } finally {
        await scorer.close();
      }
    },
  },
  {
    id: 'model-drift',
    title: 'What the agent sees still looks like what the model was made for',
    needs: ['state'],
    remedy: 'Look at `problemchild model status`: a source that stopped filling a field is the usual reason.',
    async look(context) {
      const facts = inspectStateFile(stateFileOf(context));
      if (facts === undefined) return skip('there is no state file yet');
      if (facts.version !== facts.knownVersion) return skip('the state file is of another version');
      const { drift } = await readModelFacts(configOf(context));
      if (drift === undefined || drift.length === 0) return skip('nothing has been seen yet');
      const said = drift.map(({ provider, verdict, events }) => `${provider} ${verdict} (${events} events)`);
      const isMoved = drift.some(({ verdict }) => verdict === 'drifted');
      return isMoved ? warn(said.join(', ')) : ok(said.join(', '));
    },
  },
];
