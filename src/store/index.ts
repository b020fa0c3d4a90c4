export { AlertTable } from './alerts.ts';
export { BookmarkTable } from './bookmarks.ts';
export { Store } from './store.ts';
