import { section, text } from '../setting.ts';

export const state = section('What the agent remembers between runs.', {
  file: text().nullable().default(null).meta({
    description: 'SQLite file that holds the state; null means a temporary one for this run.',
    path: true,
  }),
});
