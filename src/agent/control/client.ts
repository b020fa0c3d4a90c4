import { AgentError } from '../../errors/index.ts';
import { LineReader } from './line-reader.ts';
import { formatRequest, maxAnswerBytes, parseAnswer } from './protocol.ts';
import type { Wire } from './transport.ts';

/** How long an agent may take to answer: one that is busy with a batch answers between two. */
const answerTimeoutMs = 10_000;

/** The other end of the channel: asks a running agent. */
export class ControlClient {
  readonly #wire: Wire;
  readonly #lines: LineReader;
  #nextId = 1;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.#lines = new LineReader(wire, maxAnswerBytes);
  }

  /**
   * Sends one command and waits for its answer, `timeoutMs` at most.
   * @throws AgentError PC_CONTROL_…, or what the agent answered with
   */
  async ask(
    command: string,
    params: Readonly<Record<string, unknown>> = {},
    timeoutMs = answerTimeoutMs,
  ): Promise<unknown> {
    const id = this.#nextId++;
    await this.#wire.write(formatRequest(id, command, params), answerTimeoutMs);
    const line = await this.#lines.next(timeoutMs);
    if (line === undefined)
      throw new AgentError('PC_CONTROL_UNREACHABLE', 'the agent closed the control channel');
    return parseAnswer(line, id);
  }

  close(): void {
    this.#wire.close();
  }
}
