import { compileCondition, type FieldName, type Predicate } from '../../detection/index.ts';
import type { ProcessEvent } from '../../event/index.ts';
import type { ResponsePolicy, ScopeLists } from './response-policy.ts';

/** `unknown`: the event lacks what a list asks about, so nobody can say. */
export type ScopeAnswer = 'inside' | 'outside' | 'unknown';

interface ScopeTest {
  readonly isKnown: Predicate;
  readonly matches: Predicate;
}

/** Compiles whether a process is one that the policy is about at all. */
export function compileScope({
  only,
  except,
}: Pick<ResponsePolicy, 'only' | 'except'>): (event: ProcessEvent) => ScopeAnswer {
  const wanted = compileLists(only);
  const spared = compileLists(except);
  return (event) => {
    let answer: ScopeAnswer = 'inside';
    for (const { isKnown, matches } of wanted) {
      if (!isKnown(event)) answer = 'unknown';
      else if (!matches(event)) return 'outside';
    }
    for (const { isKnown, matches } of spared) {
      if (matches(event)) return 'outside';
      if (!isKnown(event)) answer = 'unknown';
    }
    return answer;
  };
}

function compileLists(lists: ScopeLists): ScopeTest[] {
  const tests = [
    compileList('host.name', lists.hosts),
    compileUsers(lists.users),
    compileGroups(lists.groups),
    compileList('process.name', lists.processes),
    compileList('process.executable', lists.paths),
    compileSigners(lists.signers),
  ];
  return tests.filter((test) => test !== undefined);
}

function compileList(field: FieldName, patterns: readonly string[]): ScopeTest | undefined {
  if (patterns.length === 0) return undefined;
  return {
    isKnown: compileCondition({ field, exists: true }),
    matches: compileCondition({ field, wildcard: [...patterns] }),
  };
}

/** Only a signature that holds says who signed: anybody can write a name into a certificate of his own. */
function compileSigners(patterns: readonly string[]): ScopeTest | undefined {
  const test = compileList('process.code_signature.subject_name', patterns);
  if (test === undefined) return undefined;
  return {
    isKnown: (event) => event.process.signature.trusted !== undefined,
    matches: (event) => event.process.signature.trusted === true && test.matches(event),
  };
}

function compileUsers(patterns: readonly string[]): ScopeTest | undefined {
  if (patterns.length === 0) return undefined;
  // One text per spelling of a user: the condition takes any of the field's values.
  const bySid = compileCondition({ field: 'user.id', wildcard: [...patterns] });
  const byName = compileCondition({ field: 'user.name', wildcard: [...patterns] });
  return {
    isKnown: ({ user }) => user.id !== undefined || user.name !== undefined,
    matches: (event) => bySid(event) || byName(event) || byName(withDomain(event)),
  };
}

/**
 * Groups by SID or name. Who is in a list that is whole is known; a list that was cut, or groups whose names
 * nobody looked up, may hide the one that is asked for.
 */
function compileGroups(patterns: readonly string[]): ScopeTest | undefined {
  if (patterns.length === 0) return undefined;
  const byId = compileCondition({ field: 'user.group.id', wildcard: [...patterns] });
  const byName = compileCondition({ field: 'user.group.name', wildcard: [...patterns] });
  const isMatch: Predicate = (event) => byId(event) || byName(event);
  const needsNames = patterns.some((pattern) => !sidPattern.test(pattern));
  const needsIds = patterns.some((pattern) => sidPattern.test(pattern));
  return {
    isKnown: (event) => {
      const { groups } = event.user;
      if (groups === undefined) return false;
      return isMatch(event) || ((groups.hasAllIds || !needsIds) && (groups.hasAllNames || !needsNames));
    },
    matches: isMatch,
  };
}

const sidPattern = /^S-1-/i;

function withDomain(event: ProcessEvent): ProcessEvent {
  const { name, domain } = event.user;
  if (name === undefined || domain === undefined) return event;
  return { ...event, user: { ...event.user, name: `${domain}\\${name}` } };
}
