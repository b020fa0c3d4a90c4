import * as z from 'zod';
import { AgentError } from '../../errors/index.ts';

const value = z.string().max(16_384).optional();

/** The installer's public properties that were given a value; docs/install.md says what each means. */
const properties = z.looseObject({
  CONFIGFILE: value,
  SIEM_TYPE: value,
  SIEM_URL: value,
  SIEM_TOKEN: value,
  SIEM_CA: value,
  PROXY: value,
  RESPONSE_MODE: value,
  SOURCES: value,
  EXCEPTIONS: value,
  BASELINE: value,
  STARTTYPE: value,
  LOCKSERVICE: value,
  FORCEREMOVE: value,
});

const request = z.object({
  /** The same in all steps of one installation. */
  transaction: z.string().min(1).max(64),
  dataFolder: z.string().min(3).max(1_024),
  properties,
});

export type InstallProperties = z.output<typeof properties>;
export type InstallRequest = z.output<typeof request>;

/** What the installer hands to a step, JSON. @throws AgentError PC_INSTALL_REQUEST */
export function parseInstallRequest(text: string): InstallRequest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new AgentError('PC_INSTALL_REQUEST', 'standard input is not JSON', { cause });
  }
  const result = request.safeParse(json);
  if (result.success) return result.data;
  // The issues name keys, never values: some are secrets.
  const keys = result.error.issues.map((issue) => issue.path.join('.') || 'all of it').join(', ');
  throw new AgentError('PC_INSTALL_REQUEST', `not what an installation hands over: ${keys}`);
}

export function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** An error about the properties themselves. */
export function refuse(message: string): AgentError {
  return new AgentError('PC_INSTALL_PROPERTY', message);
}
