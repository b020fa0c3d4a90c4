export { type Alert, createAlert, type Reason } from './alert.ts';
export { alertToEcs, predictionToEcs, severityNumbers } from './ecs.ts';
