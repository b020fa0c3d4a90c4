export { AgentError } from './agent-error.ts';
export { type ErrorCode, errorTable } from './codes.ts';
export { createErrorReference } from './document-errors.ts';
export { messageOf } from './message-of.ts';
