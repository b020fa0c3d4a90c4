import { AgentError } from '../errors/index.ts';

const maxReasonLength = 500;

/** What a person says of why, for the journal. @throws AgentError PC_USAGE */
export function readReason(given: unknown): string {
  const reason = String(given).trim();
  if (reason === '' || reason.length > maxReasonLength) {
    throw new AgentError('PC_USAGE', `give a reason of up to ${maxReasonLength} characters`);
  }
  return reason;
}
