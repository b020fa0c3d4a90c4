/** The agent's own log: levels, plain lines on stderr, JSON lines on a file that keeps to its size. */
export { createLog, type Log, type LogFields, type LogLevel, type LogOptions, type OpenLog } from './log.ts';
export { createRedactor, isSecretName, redacted } from './redact.ts';
