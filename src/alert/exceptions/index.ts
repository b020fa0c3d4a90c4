export type { ExceptionEntry } from './exception-entry.ts';
export {
  type ExceptionSources,
  listShippedSets,
  loadExceptions,
  readExceptionFile,
} from './exception-files.ts';
export { ExceptionList } from './exception-list.ts';
export { suggestException } from './suggestion.ts';
