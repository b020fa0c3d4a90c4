export { defaultSuppressionOptions, Suppression, type SuppressionOptions } from './suppression.ts';
