export { Suppression, type SuppressionOptions } from './suppression.ts';
