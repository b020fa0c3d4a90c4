import { AgentError } from '../../errors/index.ts';
import { queryChannel } from '../../windows/index.ts';
import { describeChannel } from './channel-facts.ts';
import { type Check, fail, failOf, ok, skip, warn } from './check.ts';
import { libraryOf, systemOf } from './doctor-context.ts';

const auditKey = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Audit';
/** What the agent cannot do its work without, and why. */
const neededPrivileges = {
  SeDebugPrivilege: 'to look at and act on processes of others',
  SeSystemProfilePrivilege: "to trace the kernel's process events",
  SeSecurityPrivilege: 'to read the Security log',
} as const;

export const nativeChecks: readonly Check[] = [
  {
    id: 'native-ffi',
    title: 'The package that calls native code loads',
    needs: [],
    remedy: 'Set native.ffi to the other package (ffi-napi or koffi), or install the agent again.',
    look({ windows }) {
      if (windows === undefined) return skip('this is not Windows');
      return windows.system instanceof Error ? failOf(windows.system) : ok('it loads');
    },
  },
  {
    id: 'native-library',
    title: 'The native library is there, of this version, and only administrators may change it',
    needs: [],
    remedy: 'Install the agent again, all of it from one release.',
    look({ windows }) {
      if (windows === undefined) return skip('this is not Windows');
      const { library } = windows;
      if (library instanceof AgentError) return failOf(library);
      return library instanceof Error ? fail(library.message) : ok(`${library.path}, through ${library.ffi}`);
    },
  },
  {
    id: 'privileges',
    title: 'The account holds the privileges that watching needs',
    needs: ['windows'],
    remedy: 'Run as the installed service, or as administrator in an elevated terminal.',
    look(context) {
      const held = systemOf(context).privileges();
      const missing = Object.entries(neededPrivileges).filter(([name]) => !held.includes(name));
      if (missing.length === 0) return ok(Object.keys(neededPrivileges).join(', '));
      return warn(`missing: ${missing.map(([name, why]) => `${name}, ${why}`).join('; ')}`);
    },
  },
  {
    id: 'security-channel',
    title: 'The Security log can be read',
    needs: ['library'],
    remedy: 'Run as administrator or as the installed service.',
    look(context) {
      const facts = queryChannel(libraryOf(context), 'Security');
      return facts === undefined ? fail('there is no Security log') : describeChannel(facts);
    },
  },
  {
    id: 'audit-policy',
    title: 'Windows audits process creation (event 4688)',
    needs: ['windows'],
    remedy:
      'Enable "Audit Process Creation: Success" under Advanced Audit Policy; needed only where the Security log is read.',
    look(context) {
      const audits = systemOf(context).auditsProcessCreation();
      if (audits === undefined) return skip('the audit policy may not be read by this account');
      return audits ? ok('success is audited') : warn('it does not');
    },
  },
  {
    id: 'audit-command-line',
    title: 'Event 4688 carries command lines',
    needs: ['windows'],
    remedy:
      'Enable the policy "Include command line in process creation events"; needed only for the Security log.',
    look(context) {
      const value = systemOf(context).registry.number(auditKey, 'ProcessCreationIncludeCmdLine_Enabled');
      return value === 1
        ? ok('the policy is on')
        : warn('the policy is off: the Security log names no command lines');
    },
  },
];
