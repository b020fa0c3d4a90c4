import * as z from 'zod';
import { AgentError, type ErrorCode, errorTable } from '../../errors/index.ts';

/**
 * JSON, one document a line, UTF-8. A client sends a request and reads its answer before it sends the next.
 * A version is a whole protocol: an agent answers only its own.
 */
const protocolVersion = 1;

/** Longest line a client may send, and the longest the agent answers with. */
export const maxRequestBytes = 65_536;
export const maxAnswerBytes = 4_194_304;

const requestShape = z.strictObject({
  v: z.literal(protocolVersion),
  id: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  command: z.string().min(1).max(64),
  params: z.record(z.string().max(64), z.unknown()).default({}),
});
export type Request = z.output<typeof requestShape>;

/** `id` is that of the request; 0 where the request could not be read. */
export type Answer =
  | { readonly v: number; readonly id: number; readonly ok: true; readonly result: unknown }
  | {
      readonly v: number;
      readonly id: number;
      readonly ok: false;
      readonly error: { readonly code: ErrorCode; readonly message: string };
    };

const answerShape = z.discriminatedUnion('ok', [
  z.object({ v: z.literal(protocolVersion), id: z.int(), ok: z.literal(true), result: z.unknown() }),
  z.object({
    v: z.literal(protocolVersion),
    id: z.int(),
    ok: z.literal(false),
    error: z.object({ code: z.string().max(64), message: z.string().max(16_384) }),
  }),
]);

/** @throws AgentError PC_CONTROL_PROTOCOL */
export function parseRequest(line: string): Request {
  return parse(requestShape, line);
}

/** @throws AgentError PC_CONTROL_PROTOCOL when it is no answer to request `id`; the agent's own error when it is one */
export function parseAnswer(line: string, id: number): unknown {
  const answer = parse(answerShape, line);
  if (!answer.ok) {
    const { code, message } = answer.error;
    throw new AgentError(isErrorCode(code) ? code : 'PC_CONTROL_REFUSED', message);
  }
  if (answer.id !== id) throw new AgentError('PC_CONTROL_PROTOCOL', 'the answer is to another request');
  return answer.result;
}

/** One line with its end. An answer beyond the limit becomes an error that says so. */
export function formatAnswer(answer: Answer): Buffer {
  const line = Buffer.from(`${JSON.stringify(answer)}\n`);
  if (line.length <= maxAnswerBytes) return line;
  return formatAnswer(
    failure(answer.id, 'PC_CONTROL_REFUSED', 'the answer is longer than the channel takes'),
  );
}

export function formatRequest(
  id: number,
  command: string,
  params: Readonly<Record<string, unknown>>,
): Buffer {
  return Buffer.from(`${JSON.stringify({ v: protocolVersion, id, command, params })}\n`);
}

export function success(id: number, result: unknown): Answer {
  return { v: protocolVersion, id, ok: true, result };
}

export function failure(id: number, code: ErrorCode, message: string): Answer {
  return { v: protocolVersion, id, ok: false, error: { code, message: message.slice(0, 4_096) } };
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}

function parse<Shape extends z.ZodType>(shape: Shape, line: string): z.output<Shape> {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    throw new AgentError('PC_CONTROL_PROTOCOL', 'a line on the control channel is not JSON');
  }
  const result = shape.safeParse(document);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new AgentError('PC_CONTROL_PROTOCOL', `${where}${issue?.message ?? 'not the protocol'}`);
}
