import type { Check } from './check.ts';
import { configurationChecks } from './configuration-checks.ts';
import { destinationChecks } from './destination-checks.ts';
import { hostChecks } from './host-checks.ts';
import { isolationChecks } from './isolation-checks.ts';
import { modelChecks } from './model-checks.ts';
import { nativeChecks } from './native-checks.ts';
import { outboxChecks } from './outbox-checks.ts';
import { responseChecks } from './response-checks.ts';
import { ruleChecks } from './rule-checks.ts';
import { serviceChecks } from './service-checks.ts';
import { sourceChecks } from './source-checks.ts';
import { stateChecks } from './state-checks.ts';
import { sysmonChecks } from './sysmon-checks.ts';
import { tracingChecks } from './tracing-checks.ts';

/** Every check of `doctor`, in the order in which a person would ask. */
export const checks: readonly Check[] = [
  ...configurationChecks,
  ...hostChecks,
  ...stateChecks,
  ...modelChecks,
  ...ruleChecks,
  ...sourceChecks,
  ...nativeChecks,
  ...tracingChecks,
  ...sysmonChecks,
  ...serviceChecks,
  ...outboxChecks,
  ...destinationChecks,
  ...responseChecks,
  ...isolationChecks,
];
