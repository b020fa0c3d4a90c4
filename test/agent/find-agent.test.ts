import { describe, expect, it } from 'vitest';
import { findAgent } from '../../src/agent/find-agent.ts';
import { loadConfig } from '../../src/config/index.ts';
import { AgentError, type ErrorCode } from '../../src/errors/index.ts';

const { config } = loadConfig({ env: {}, flags: [], file: undefined });

async function find(code: ErrorCode) {
  const told: string[] = [];
  const failing = async () => {
    throw new AgentError(code, 'no connection to the pipe');
  };
  const client = await findAgent(config, { onForeign: (error) => told.push(error.code) }, failing);
  return { client, told };
}

describe('looking for the running agent', () => {
  it('finds none where none answers, nor where somebody else has the name, which is told', async () => {
    expect(await find('PC_CONTROL_UNREACHABLE')).toEqual({ client: undefined, told: [] });
    expect(await find('PC_CONTROL_FOREIGN')).toEqual({ client: undefined, told: ['PC_CONTROL_FOREIGN'] });
  });

  it('does nothing behind the back of one that is not for this account', async () => {
    await expect(find('PC_CONTROL_DENIED')).rejects.toThrow(
      expect.objectContaining({ code: 'PC_CONTROL_DENIED' }),
    );
  });
});
