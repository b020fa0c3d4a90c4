import { describe, expect, it } from 'vitest';
import { ExceptionList } from '../../src/alert/index.ts';
import { Rehearsal, type ResponsePolicy } from '../../src/response/index.ts';
import { FakeProcesses } from './fake-processes.ts';
import { flagged, ResponseWorld } from './response-world.ts';

function rehearse(policy: Partial<ResponsePolicy>) {
  const { parts } = new ResponseWorld(new FakeProcesses(), { mode: 'terminate', ...policy });
  const rehearsal = new Rehearsal(parts.settings(), new ExceptionList([]));
  return rehearsal.take(...flagged());
}

describe('a rehearsed action', () => {
  it('on a tree says that the tree was taken to be its root alone', () => {
    expect(rehearse({ target: 'tree' })?.assumed).toContain('tree');
  });

  it.each([
    { target: 'process' },
    { target: 'tree', suspendFirst: true },
    { target: 'tree', mode: 'suspend' },
  ] as const)('that is about one process says nothing of trees: %o', (policy) => {
    const rehearsed = rehearse(policy);
    expect(rehearsed?.assumed).toContain('age');
    expect(rehearsed?.assumed).not.toContain('tree');
  });
});
