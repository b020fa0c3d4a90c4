export type { AlertReference, Incident, IncidentMember } from './incident.ts';
export { type IncidentDocument, incidentToEcs, incidentToJson } from './incident-ecs.ts';
export { type IncidentOptions, IncidentTracker } from './incident-tracker.ts';
