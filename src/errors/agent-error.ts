import { type ErrorCode, errorTable } from './codes.ts';

interface AgentErrorOptions {
  /** File, key or address the error is about. */
  readonly where?: string;
  readonly cause?: unknown;
}

/** An error with a code of the table, a message that says what and where, and the table's remedy. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: ErrorCode;
  readonly where: string | undefined;

  constructor(code: ErrorCode, message: string, options: AgentErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.where = options.where;
  }

  get remedy(): string {
    return errorTable[this.code].remedy;
  }
}
