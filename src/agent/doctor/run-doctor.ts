import { AgentError, messageOf } from '../../errors/index.ts';
import {
  type Check,
  type CheckResult,
  type CheckState,
  type Finding,
  fail,
  type Need,
  skip,
} from './check.ts';
import { checks } from './checks.ts';
import type { DoctorContext } from './doctor-context.ts';

export interface DoctorReport {
  /** The worst that was found; skipped checks do not count. */
  readonly verdict: Exclude<CheckState, 'skipped'>;
  readonly counts: Readonly<Record<CheckState, number>>;
  readonly checks: readonly CheckResult[];
}

/** A check that takes longer has found something: a share that does not answer, a disk that hangs. */
const checkTimeoutMs = 90_000;

/** Runs every check, one after the other; what goes wrong inside one is its own finding. */
export async function runDoctor(
  context: DoctorContext,
  list: readonly Check[] = checks,
): Promise<DoctorReport> {
  const results: CheckResult[] = [];
  for (const check of list) results.push(await runCheck(check, context));
  const counts = { ok: 0, warn: 0, fail: 0, skipped: 0 };
  for (const { state } of results) counts[state]++;
  const verdict = counts.fail > 0 ? 'fail' : counts.warn > 0 ? 'warn' : 'ok';
  return { verdict, counts, checks: results };
}

async function runCheck(check: Check, context: DoctorContext): Promise<CheckResult> {
  const { id, title } = check;
  const { state, cause, remedy = check.remedy } = await findOut(check, context);
  const isAdvised = state === 'warn' || state === 'fail';
  return { id, title, state, cause, remedy: isAdvised ? remedy : null };
}

async function findOut(check: Check, context: DoctorContext): Promise<Finding> {
  for (const need of check.needs) {
    const missing = whyMissing(need, context);
    if (missing !== undefined) return skip(missing);
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const finding = fail(`the check did not end within ${checkTimeoutMs / 1_000} s`);
    timer = setTimeout(() => resolve(finding), checkTimeoutMs);
  });
  try {
    return await Promise.race([Promise.resolve(check.look(context)), late]);
  } catch (error) {
    if (error instanceof AgentError) return fail(`${error.code}: ${error.message}`, error.remedy);
    const why = messageOf(error);
    return fail(`the check itself failed: ${why}`, 'Report it with this message.');
  } finally {
    clearTimeout(timer);
  }
}

function whyMissing(need: Need, context: DoctorContext): string | undefined {
  const { loaded, windows, probe } = context;
  switch (need) {
    case 'configuration':
      return loaded === undefined ? 'the configuration was refused' : undefined;
    case 'state':
      if (loaded === undefined) return 'the configuration was refused';
      return loaded.config.state.file === null ? 'no state file is configured' : undefined;
    case 'windows':
      return windows === undefined ? 'this is not Windows' : whyMissing('rights', context);
    case 'rights':
      return windows?.system instanceof Error ? 'the package that calls Windows does not load' : undefined;
    case 'library':
      if (windows === undefined) return 'this is not Windows';
      return windows.library instanceof Error ? 'the native library cannot be used' : undefined;
    case 'probe':
      return probe ? undefined : 'asked only with --probe: it sends a test alert to each destination';
  }
}
