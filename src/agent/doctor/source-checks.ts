import { isLiveSourceKind, isTargetThere } from '../../source/index.ts';
import { type Check, failOf, ok, warn } from './check.ts';
import { configOf } from './doctor-context.ts';

export const sourceChecks: readonly Check[] = [
  {
    id: 'source-there',
    title: 'What the agent reads is there',
    needs: ['configuration'],
    remedy: 'Check source.input; a file that is not there is waited for, and nothing is watched meanwhile.',
    async look(context) {
      const { input } = configOf(context).source;
      if (isLiveSourceKind(input)) return ok(`it captures: ${input}`);
      if (input === '-') return ok('standard input');
      try {
        return (await isTargetThere(input)) ? ok(input) : warn(`${input} is not there`);
      } catch (error) {
        return failOf(error);
      }
    },
  },
];
