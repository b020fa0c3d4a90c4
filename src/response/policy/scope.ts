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
    isKnown: ({ process: { signature } }) =>
      signature.trusted === false || (signature.trusted === true && signature.subjectName !== undefined),
    matches: (event) => event.process.signature.trusted === true && test.matches(event),
  };
}

/**
 * Users by SID, name or `DOMAIN\name`. A source may tell only one of them, so who a pattern does not match is known only
 * where everything is there that it could have matched.
 */
function compileUsers(patterns: readonly string[]): ScopeTest | undefined {
  if (patterns.length === 0) return undefined;
  // One text per spelling of a user: the condition takes any of the field's values.
  const bySid = compileCondition({ field: 'user.id', wildcard: [...patterns] });
  const byName = compileCondition({ field: 'user.name', wildcard: [...patterns] });
  const isMatch: Predicate = (event) => bySid(event) || byName(event) || byName(withDomain(event));
  const needsId = patterns.some(mayBeSid);
  const needsName = patterns.some((pattern) => !sidPattern.test(pattern));
  // A wildcard may stand for a domain too.
  const needsDomain = patterns.some((pattern) => !sidPattern.test(pattern) && /[\\*?]/.test(pattern));
  return {
    isKnown: (event) => {
      const { id, name, domain } = event.user;
      if (isMatch(event)) return true;
      if (needsId && id === undefined) return false;
      return !(needsName && name === undefined) && !(needsDomain && domain === undefined);
    },
    matches: isMatch,
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
  const needsIds = patterns.some(mayBeSid);
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

/** Whether a pattern could match a SID: one with anything but what SIDs are made of matches none. */
function mayBeSid(pattern: string): boolean {
  return sidPattern.test(pattern) || /^[*?][s\d*?-]*$/i.test(pattern);
}

function withDomain(event: ProcessEvent): ProcessEvent {
  const { name, domain } = event.user;
  if (name === undefined || domain === undefined) return event;
  return { ...event, user: { ...event.user, name: `${domain}\\${name}` } };
}
