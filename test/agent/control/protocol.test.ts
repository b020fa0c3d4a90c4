import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  failure,
  formatAnswer,
  formatRequest,
  maxAnswerBytes,
  parseAnswer,
  parseRequest,
  success,
} from '../../../src/agent/control/protocol.ts';
import { AgentError } from '../../../src/errors/index.ts';

describe('the protocol', () => {
  it('takes a request to the other side and its answer back', () => {
    // A parameter of this name is left out when a request is read.
    const name = fc.string({ minLength: 1, maxLength: 20 }).filter((each) => each !== '__proto__');
    fc.assert(
      fc.property(fc.nat(), fc.dictionary(name, fc.jsonValue()), (id, params) => {
        const line = formatRequest(id, 'status', params).toString();
        expect(line.indexOf('\n')).toBe(line.length - 1);
        const expected = JSON.parse(JSON.stringify(params)) as unknown;
        expect(parseRequest(line)).toEqual({ v: 1, id, command: 'status', params: expected });
        expect(parseAnswer(formatAnswer(success(id, params)).toString(), id)).toEqual(expected);
      }),
    );
  });

  it('refuses whatever is none of it with one code, and never otherwise', () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ v: fc.nat(3), id: fc.jsonValue(), command: fc.jsonValue() })
        .map((each) => JSON.stringify(each)),
    );
    fc.assert(
      fc.property(line, (text) => {
        for (const parse of [parseRequest, (each: string) => parseAnswer(each, 1)]) {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(AgentError);
            expect((error as AgentError).code).toBe('PC_CONTROL_PROTOCOL');
          }
        }
      }),
    );
  });

  it.each([
    ['another version', { v: 2, id: 1, command: 'status' }],
    ['a key that it does not know', { v: 1, id: 1, command: 'status', by: 'SYSTEM' }],
    ['an id that is no number', { v: 1, id: '1', command: 'status' }],
    ['a command that is too long', { v: 1, id: 1, command: 'x'.repeat(65) }],
    ['parameters that are no map', { v: 1, id: 1, command: 'status', params: [] }],
  ])('refuses %s', (_what, request) => {
    expect(() => parseRequest(JSON.stringify(request))).toThrow(
      expect.objectContaining({ code: 'PC_CONTROL_PROTOCOL' }),
    );
  });

  it('hands on the error of the agent, and keeps answers apart', () => {
    const denied = formatAnswer(failure(7, 'PC_CONTROL_DENIED', 'not for you')).toString();
    expect(() => parseAnswer(denied, 7)).toThrow(expect.objectContaining({ code: 'PC_CONTROL_DENIED' }));
    const unknown = JSON.stringify({
      v: 1,
      id: 7,
      ok: false,
      error: { code: 'PC_OF_TOMORROW', message: 'new' },
    });
    expect(() => parseAnswer(unknown, 7)).toThrow(expect.objectContaining({ code: 'PC_CONTROL_REFUSED' }));
    expect(() => parseAnswer(formatAnswer(success(8, {})).toString(), 7)).toThrow(/another request/);
  });

  it('says that an answer is too long instead of sending it', () => {
    const line = formatAnswer(success(1, 'x'.repeat(maxAnswerBytes)));
    expect(line.length).toBeLessThan(1_000);
    expect(() => parseAnswer(line.toString(), 1)).toThrow(
      expect.objectContaining({ code: 'PC_CONTROL_REFUSED' }),
    );
  });
});
