export type { AlertDocument } from './alert-document.ts';
export { renderReport } from './report.ts';
