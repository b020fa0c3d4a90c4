import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/index.ts';
import type { EventDetection } from '../../../src/detection/index.ts';
import type { ProcessEvent } from '../../../src/event/index.ts';
import { type Override, type ResponsePolicy, ResponseRules } from '../../../src/response/policy/index.ts';
import { highRule, makeScored } from '../../support/alert.ts';
import { makeProcessEvent } from '../../support/process-event.ts';

const shipped = loadConfig({ env: {}, flags: [], file: undefined }).config.response;
const nowMs = 1_000_000;
const lowRule = { ...highRule, id: '3f6c0e0a-6c0f-4b52-9d0c-6d1d3b7a5f99', severity: 'low' as const };

interface Ask {
  readonly policy?: Partial<ResponsePolicy>;
  readonly override?: Partial<Override>;
  readonly probability?: number;
  readonly rarity?: number;
  readonly rules?: readonly (typeof highRule)[];
  readonly event?: Parameters<typeof makeProcessEvent>[0];
}

function want({ policy, override, probability = 0.99, rarity, rules = [highRule], event }: Ask) {
  const start = makeScored(makeProcessEvent(event), probability);
  const detections = rules.map((rule): EventDetection => ({ kind: 'event', rule, subject: start }));
  const interim =
    rarity === undefined ? undefined : { bucketStartMs: 0, late: false, score: rarity, jobs: [] };
  const whole: Override | undefined =
    override === undefined
      ? undefined
      : {
          mode: 'terminate',
          ruleId: undefined,
          fromMs: nowMs - 1,
          untilMs: nowMs + 1,
          reason: 'incident 7',
          by: 'anna',
          ...override,
        };
  const wanted = new ResponseRules({ ...shipped, ...policy }).want(start, interim, detections, whole, nowMs);
  if (wanted === undefined) return undefined;
  const { verb, target, mode, suspendFirst, scope } = wanted;
  return [verb, mode, target, suspendFirst ? 'suspend first' : '', scope].filter(Boolean).join(' ');
}

const groups = { ids: ['S-1-5-32-544', 'S-1-5-11'], names: ['Administrators'], hasAllNames: false };
const member = { user: { groups: { ...groups, hasAllIds: true } } };
const crowded = { user: { groups: { ...groups, hasAllIds: false } } };
const terminate = { mode: 'terminate' } as const;
const only = (lists: Partial<ResponsePolicy['only']>) => ({ ...shipped.only, ...lists });

describe('what the policy asks for', () => {
  it.each<readonly [what: string, ask: Ask, wanted: string | undefined]>([
    ['audit by default', {}, 'terminate audit process inside'],
    ['an armed policy', { policy: terminate }, 'terminate terminate process inside'],
    [
      'suspend makes suspensions of terminations',
      { policy: { mode: 'suspend' } },
      'suspend suspend process inside',
    ],
    ['no rule, no action', { policy: terminate, rules: [] }, undefined],
    ['a severity without action', { policy: terminate, rules: [lowRule] }, undefined],
    [
      'a rule with its own action',
      {
        policy: { ...terminate, rules: { [lowRule.id]: { action: 'suspend', target: 'tree' } } },
        rules: [lowRule],
      },
      'suspend terminate tree inside',
    ],
    [
      'a rule switched off',
      { policy: { ...terminate, rules: { [highRule.id]: { action: 'none' } } } },
      undefined,
    ],
    [
      'the hardest of several',
      {
        policy: { ...terminate, rules: { [lowRule.id]: { action: 'suspend' } } },
        rules: [lowRule, highRule],
      },
      'terminate terminate process inside',
    ],
    [
      'inside a group',
      { policy: { ...terminate, only: only({ groups: ['S-1-5-32-544'] }) }, event: member },
      'terminate terminate process inside',
    ],
    [
      'inside a group by its name',
      { policy: { ...terminate, only: only({ groups: ['administrators'] }) }, event: member },
      'terminate terminate process inside',
    ],
    [
      'of none of the groups',
      { policy: { ...terminate, only: only({ groups: ['S-1-5-21-*-4711'] }) }, event: member },
      undefined,
    ],
    [
      'perhaps of a group whose name nobody looked up',
      { policy: { ...terminate, except: only({ groups: ['Helpdesk'] }) }, event: member },
      'terminate terminate process unknown',
    ],
    [
      'perhaps of a group beyond those that fit',
      { policy: { ...terminate, except: only({ groups: ['S-1-5-32-551'] }) }, event: crowded },
      'terminate terminate process unknown',
    ],
    [
      'spared for a group',
      { policy: { ...terminate, except: only({ groups: ['S-1-5-32-544'] }) }, event: crowded },
      undefined,
    ],
    [
      'groups asked for where the source has none',
      { policy: { ...terminate, only: only({ groups: ['S-1-5-32-544'] }) } },
      'terminate terminate process unknown',
    ],
    ['too improbable', { policy: terminate, probability: 0.979 }, undefined],
    ['just probable enough', { policy: terminate, probability: 0.98 }, 'terminate terminate process inside'],
    ['too common', { policy: { ...terminate, minRarity: 60 }, rarity: 59 }, undefined],
    ['rarity not known', { policy: { ...terminate, minRarity: 60 } }, undefined],
    [
      'rare enough',
      { policy: { ...terminate, minRarity: 60 }, rarity: 60 },
      'terminate terminate process inside',
    ],
    [
      'suspend first',
      { policy: { ...terminate, suspendFirst: true } },
      'terminate terminate process suspend first inside',
    ],
    [
      'suspend first, but nothing may be ended',
      { policy: { mode: 'suspend', suspendFirst: true } },
      'suspend suspend process inside',
    ],
    ['an override', { override: {} }, 'terminate terminate process inside'],
    ['an override that is over', { override: { untilMs: nowMs } }, 'terminate audit process inside'],
    [
      'an override from a later time',
      { override: { fromMs: nowMs + 1, untilMs: nowMs + 9 } },
      'terminate audit process inside',
    ],
    ['an override of another rule', { override: { ruleId: lowRule.id } }, 'terminate audit process inside'],
    ['an override of this rule', { override: { ruleId: highRule.id } }, 'terminate terminate process inside'],
    [
      'an override that softens',
      { policy: terminate, override: { mode: 'audit' } },
      'terminate audit process inside',
    ],
    ['another host', { policy: { ...terminate, only: only({ hosts: ['SRV-*'] }) } }, undefined],
    [
      'this host',
      { policy: { ...terminate, only: only({ hosts: ['ws-*'] }) } },
      'terminate terminate process inside',
    ],
    [
      'user with domain',
      { policy: { ...terminate, only: only({ users: ['meridian\\an?a'] }) } },
      'terminate terminate process inside',
    ],
    ['a spared user', { policy: { ...terminate, except: only({ users: ['anna'] }) } }, undefined],
    ['a spared path', { policy: { ...terminate, except: only({ paths: ['*\\cmd.exe'] }) } }, undefined],
    [
      'a signer that nobody checked',
      { policy: { ...terminate, except: only({ signers: ['Contoso*'] }) } },
      'terminate terminate process unknown',
    ],
    [
      'a signer that holds',
      {
        policy: { ...terminate, except: only({ signers: ['Contoso*'] }) },
        event: { process: { signature: { trusted: true, subjectName: 'Contoso Ltd' } } },
      },
      undefined,
    ],
    [
      'a signature that holds, of nobody knows whom',
      {
        policy: { ...terminate, except: only({ signers: ['Contoso*'] }) },
        event: { process: { signature: { trusted: true, subjectName: undefined } } },
      },
      'terminate terminate process unknown',
    ],
    [
      'a signer that somebody made up',
      {
        policy: { ...terminate, except: only({ signers: ['Contoso*'] }) },
        event: { process: { signature: { trusted: false, subjectName: 'Contoso Ltd' } } },
      },
      'terminate terminate process inside',
    ],
  ])('%s', (_, ask, wanted) => {
    expect(want(ask)).toBe(wanted);
  });
});

describe('a user in the scope', () => {
  const sid = 'S-1-5-21-1-2-3-1001';
  const bySid = { id: sid, name: undefined, domain: undefined };
  const byName = { id: undefined, name: 'Anna', domain: undefined };
  const byDomain = { ...byName, domain: 'MERIDIAN' };
  const whole = { ...byDomain, id: sid };

  it.each<[string, Partial<ProcessEvent['user']>, 'matched' | 'other' | 'unknown']>([
    [sid, bySid, 'matched'],
    [sid, whole, 'matched'],
    [sid, byDomain, 'unknown'],
    ['s-1-5-21-*-500', whole, 'other'],
    ['s-1-5-21-*-500', byDomain, 'unknown'],
    ['anna', byName, 'matched'],
    ['anna', bySid, 'unknown'],
    ['bob', byName, 'other'],
    ['bob', bySid, 'unknown'],
    ['meridian\\anna', byDomain, 'matched'],
    ['meridian\\anna', byName, 'unknown'],
    ['meridian\\bob', byDomain, 'other'],
    // Wildcards may stand for a domain, and at the beginning for a SID.
    ['adm*', byDomain, 'other'],
    ['adm*', byName, 'unknown'],
    ['*-500', byDomain, 'unknown'],
    ['*-500', whole, 'other'],
    ['*\\svc-*', byDomain, 'other'],
    ['*$', byDomain, 'other'],
  ])('%s, the event naming %j, is %s', (pattern, user, expected) => {
    const listed = only({ users: [pattern] });
    const spares = { matched: undefined, other: 'inside', unknown: 'unknown' }[expected];
    const covers = { matched: 'inside', other: undefined, unknown: 'unknown' }[expected];
    const event = { user };
    expect(
      want({ policy: { ...terminate, except: listed }, event })
        ?.split(' ')
        .at(-1),
    ).toBe(spares);
    expect(
      want({ policy: { ...terminate, only: listed }, event })
        ?.split(' ')
        .at(-1),
    ).toBe(covers);
  });
});
