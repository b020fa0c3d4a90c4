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

  /** The message, after the file or address it is about where it does not name that itself. */
  get placedMessage(): string {
    const { message, where } = this;
    return where === undefined || message.includes(where) ? message : `${where}: ${message}`;
  }

  get remedy(): string {
    return errorTable[this.code].remedy;
  }
}
