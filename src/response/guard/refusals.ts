interface RefusalEntry {
  /** Why nothing was done, in one sentence. */
  readonly cause: string;
  /** What a responder can do about it. */
  readonly remedy: string;
}

/**
 * The one table of reasons for which an action is refused, in the order in which they are reported.
 * docs/refusals.md is generated from it. A code, once released, keeps its meaning.
 */
export const refusalTable = {
  PC_REFUSED_KILL_SWITCH: {
    cause: 'The kill switch is set, or could not be looked at.',
    remedy:
      'Once it is sure that the agent may act again, remove the file that response.killSwitchFile names, or the registry value KillSwitch of HKLM\\SOFTWARE\\Policies\\ProblemChild.',
  },
  PC_REFUSED_STOOD_DOWN: {
    cause: 'The agent stands down, after its budget was used up or because a person said so.',
    remedy: 'Look at what was done with `problemchild response journal`, then `problemchild response arm`.',
  },
  PC_REFUSED_SCOPE: {
    cause:
      'Whether the process is in the scope of the policy cannot be said: the event lacks what it asks about.',
    remedy: 'Use a source that carries that field, or widen response.only and response.except.',
  },
  PC_REFUSED_HOST: {
    cause: 'The event came from another host, or from nobody knows which.',
    remedy: 'Act on the host where the process runs; forwarded and recorded events are never acted on.',
  },
  PC_REFUSED_PID: {
    cause:
      'The process id is missing, 0 to 4, or not divisible by 4: Windows would round it to another process.',
    remedy: 'Look at the source of the event: no process of Windows has such an id.',
  },
  PC_REFUSED_IDENTITY: {
    cause: 'The process id belongs to a process that was created at another time, or to none any more.',
    remedy: 'Nothing to do: the process has ended, and another may have its id now.',
  },
  PC_REFUSED_IDENTITY_UNKNOWN: {
    cause: 'When the process was created is not known, so that it cannot be told from a later one.',
    remedy: 'Use Sysmon or ETW, which carry the creation time.',
  },
  PC_REFUSED_EXITING: {
    cause: 'The process has ended, or is ending.',
    remedy: 'Nothing to do; look at its children.',
  },
  PC_REFUSED_AGENT: {
    cause: 'The process is the agent, its service host, or an ancestor or child of it, or that is not known.',
    remedy: 'If the agent itself was taken over, isolate the host and stop the service by hand.',
  },
  PC_REFUSED_CRITICAL: {
    cause: 'Windows stops with a blue screen when this process ends, or whether it does could not be read.',
    remedy: 'Isolate the host; malware can set this flag to protect itself.',
  },
  PC_REFUSED_PROTECTED: {
    cause: 'The process has a protection level, or it could not be read.',
    remedy: 'Isolate the host; a protected process can only be ended by what protects it.',
  },
  PC_REFUSED_SESSION: {
    cause:
      'The process runs a session or logons (winlogon, lsass, csrss and the like, from a system folder).',
    remedy: 'Log the session off instead, or isolate the host.',
  },
  PC_REFUSED_PROTECTED_IMAGE: {
    cause: 'The image is of the protected set: its name, a system folder and a valid signature of Microsoft.',
    remedy: 'Change response.protectedImages if this program may be acted on.',
  },
  PC_REFUSED_SERVICE_ACCOUNT: {
    cause:
      'The process runs as SYSTEM, LOCAL SERVICE, NETWORK SERVICE or a service account, or its user is not known.',
    remedy: 'Set response.serviceAccounts if such processes may be acted on.',
  },
  PC_REFUSED_EXCEPTION: {
    cause: 'An exception with response scope speaks for the process.',
    remedy: 'Remove the exception, or its `response: true`, if it should not.',
  },
  PC_REFUSED_DEBUGGED: {
    cause: 'A debugger is attached, or whether one is could not be read.',
    remedy: 'Ask the user; whoever debugs the process can end it.',
  },
  PC_REFUSED_AGE: {
    cause: 'The process was started longer ago than response.maxAgeMs, or in the future.',
    remedy:
      'Look at the process and end it with `problemchild process terminate` if it is what the alert says.',
  },
  PC_REFUSED_EVIDENCE: {
    cause:
      'The event has no command line or no parent, or it is unconfirmed, as any account could have written it: too little to end a process by.',
    remedy:
      'Turn command lines on for the source (Security 4688 needs a policy for it), or use Sysmon or ETW. Where problemchild.unconfirmed is true, look at the process and end it with `problemchild process terminate`; docs/security-model.md says when events are confirmed.',
  },
  PC_REFUSED_TREE: {
    cause:
      'A process of the tree that a person named may not be acted on, or the tree could not be looked at, is too large, or keeps growing.',
    remedy: 'Look at the tree and act on single processes of it.',
  },
  PC_REFUSED_BUDGET_MINUTE: {
    cause: 'More processes in one minute than response.budget.perMinute; the agent stood down.',
    remedy: 'Look for what made so many alerts before arming again with `problemchild response arm`.',
  },
  PC_REFUSED_BUDGET_HOUR: {
    cause: 'More processes in one hour than response.budget.perHour; the agent stood down.',
    remedy: 'Look for what made so many alerts before arming again with `problemchild response arm`.',
  },
  PC_REFUSED_BUDGET_USER: {
    cause:
      'More actions in one hour on processes of one user than response.budget.perUser; the agent stood down.',
    remedy: 'Look at what this user runs before arming again with `problemchild response arm`.',
  },
  PC_REFUSED_BUDGET_IMAGE: {
    cause: 'More actions in one hour on one image than response.budget.perImage; the agent stood down.',
    remedy: 'Add an exception if the program is wanted, then arm again with `problemchild response arm`.',
  },
  PC_REFUSED_DONE: {
    cause: 'The same action for the same event is in the journal already.',
    remedy: 'Nothing to do; `problemchild response journal` shows what became of it.',
  },
  PC_REFUSED_ISOLATED: {
    cause: 'The host is isolated already.',
    remedy: 'Nothing to do; `problemchild host status` says until when.',
  },
  PC_REFUSED_ISOLATION_BUDGET: {
    cause: 'The agent has isolated the host by itself not long ago (response.isolation.minIntervalMs).',
    remedy: 'Look at the incident, and isolate the host by hand if need be: `problemchild host isolate`.',
  },
  PC_REFUSED_NO_WAY_BACK: {
    cause:
      'Isolated, the host could reach no destination and no management address: none is configured, or no name had an address.',
    remedy:
      'Configure a destination or response.isolation.allow; a person at the machine may say --no-way-back.',
  },
} as const satisfies Record<`PC_REFUSED_${string}`, RefusalEntry>;

export type RefusalCode = keyof typeof refusalTable;

/** The reference of all refusals as a Markdown page. */
export function createRefusalReference(): string {
  const rows = Object.entries(refusalTable).map(
    ([code, { cause, remedy }]) => `| \`${code}\` | ${cause} | ${remedy} |`,
  );
  return [
    '# Refusals',
    '',
    '<!-- Generated from src/response/guard/refusals.ts by `npm run generate`; do not edit. -->',
    '',
    'Why the agent did not act on a process it was asked to act on. `problemchild.refused` of the action',
    'document holds the first that applies, in this order; `problemchild.refusals` holds all of them.',
    'What could not be found out counts as what forbids.',
    '',
    '| Code | Cause | Remedy |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
