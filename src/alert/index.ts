export { type Alert, createAlert, type Reason } from './alert.ts';
export { alertToEcs, predictionToEcs, severityNumbers, type WireDocument } from './ecs.ts';
export * from './exceptions/index.ts';
