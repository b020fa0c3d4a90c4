import { section, text } from '../setting.ts';

export const model = section('The model that scores process starts.', {
  bundle: text().nullable().default(null).meta({
    description: 'Folder of the model bundle; null means the one that ships with the agent.',
    path: true,
  }),
});
