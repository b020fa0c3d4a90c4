export type { ExceptionEntry } from './exception-entry.ts';
export {
  type ExceptionSources,
  listShippedSets,
  loadExceptions,
} from './exception-files.ts';
export { ExceptionList } from './exception-list.ts';
export { addException, removeException } from './exception-writer.ts';
export { type SuggestibleAlert, suggestException } from './suggestion.ts';
export { formatVisibleYaml } from './visible-yaml.ts';
