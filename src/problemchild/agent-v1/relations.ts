import { familyIndex } from './line.ts';
import { type ProgramClass, programClasses } from './programs.ts';
import type { Reading } from './reading.ts';

/**
 * Who started whom, and with what, as shapes that hold on every machine: the expected parents of core
 * processes, and the children that a service, a document or a server has no business to start.
 */
export const relationColumns = [
  ['relation.shell_of_office', 'an office program that starts a shell or a system tool'],
  ['relation.shell_of_core', 'a core process that starts a shell or an unknown program'],
  ['relation.shell_of_services', 'the service control manager that starts a shell or a system tool'],
  ['relation.shell_of_remote', 'a remote-execution host that starts a shell or a system tool'],
  ['relation.shell_of_server', 'a web, database or Java server that starts a shell or a discovery tool'],
  ['relation.child_of_elevator', 'a self-elevating program that starts another program'],
  ['relation.shell_of_script', 'a script or DLL host that starts a shell or a system tool'],
  ['relation.shell_of_desktop', 'an ordinary desktop program that starts a shell or a system tool'],
  [
    'relation.shell_of_unknown',
    'an unknown program in a writable folder that starts a shell or a system tool',
  ],
  ['relation.shell_of_host', 'a service or task host that starts a shell or a system tool'],
  ['relation.wrong_parent', 'a core process started by another than its usual parent'],
  ['relation.host_without_arguments', 'a host program without the arguments it needs'],
  ['relation.writable_argument', 'a host program given a file from a writable folder'],
  ['relation.remote_argument', 'a host program given a file from the network'],
  ['relation.unknown_in_writable', 'an unknown program in a writable folder'],
  ['relation.unknown_in_system', 'an unknown program in the system folder'],
  ['relation.evidence_from_parent', 'a parent whose own command line looks like an attack'],
] as const;

type ClassSet = Uint8Array;

function classSet(...names: ProgramClass[]): ClassSet {
  const set = new Uint8Array(programClasses.length);
  for (const name of names) set[programClasses.indexOf(name)] = 1;
  return set;
}

const has = (set: ClassSet, programClass: number): boolean => programClass >= 0 && set[programClass] === 1;

const tools = classSet(
  'shell',
  'powershell',
  'scriptHost',
  'htmlHost',
  'rundll32',
  'regsvr32',
  'transfer',
  'dotnetTool',
  'wmic',
  'taskTool',
  'serviceTool',
  'net',
  'reg',
  'netsh',
  'discovery',
  'recovery',
  'execProxy',
  'permissions',
  'copyTool',
);
const interpreters = classSet(
  'shell',
  'powershell',
  'scriptHost',
  'htmlHost',
  'rundll32',
  'regsvr32',
  'dotnetTool',
  'execProxy',
);
const office = classSet('office');
const core = classSet('core', 'console', 'errorReport');
const serviceManager = classSet('services');
const remote = classSet('remoting');
const server = classSet('webServer');
const elevator = classSet('uacHost');
const scripted = classSet(
  'scriptHost',
  'htmlHost',
  'rundll32',
  'regsvr32',
  'dotnetTool',
  'wmic',
  'execProxy',
  'transfer',
);
const desktop = classSet('desktop', 'browser');
const host = classSet('serviceHost');
const reporting = classSet('errorReport', 'console');

/** Usual parents; a parent that is not recorded, or not by name, says nothing. */
const usualParents: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    svchost: ['services', 'msmpeng', 'svchost', 'rpcnet', 'ngentask', 'mrt'],
    lsass: ['wininit', 'winlogon'],
    services: ['wininit', 'winlogon'],
    lsm: ['wininit', 'services'],
    smss: ['system', 'smss'],
    csrss: ['smss', 'svchost'],
    wininit: ['smss'],
    winlogon: ['smss'],
    spoolsv: ['services'],
    taskhostw: ['svchost'],
    taskhost: ['svchost', 'services'],
    taskeng: ['svchost'],
    searchindexer: ['services'],
    userinit: ['winlogon', 'dwm'],
    dwm: ['winlogon', 'svchost', 'wininit'],
    fontdrvhost: ['wininit', 'winlogon'],
    logonui: ['winlogon', 'wininit'],
    runtimebroker: ['svchost'],
    sihost: ['svchost'],
    wmiprvse: ['svchost'],
  }),
);

/** Folder classes by index: 4 is Windows' writable folders, 6 to 13 what users and everyone can write to. */
function isWritable(folder: number): boolean {
  return folder === 4 || (folder >= 6 && folder <= 15);
}

/** Fills the columns from `at` on; gives the index after them. */
export function fillRelations(child: Reading, parent: Reading, out: Float32Array, start: number): number {
  const isTool = has(tools, child.programClass);
  const up = parent.programClass;
  const families = child.line.familyCounts;
  const isHost = has(interpreters, child.programClass);
  const isUnknown = child.programClass < 0 && child.hasName;
  let at = start;
  out[at++] = Number(isTool && has(office, up));
  out[at++] = Number((isTool || isUnknown) && has(core, up) && !has(reporting, child.programClass));
  out[at++] = Number(isTool && has(serviceManager, up));
  out[at++] = Number(isTool && has(remote, up));
  out[at++] = Number(isTool && has(server, up));
  out[at++] = Number(
    has(elevator, up) && child.program !== parent.program && !has(reporting, child.programClass),
  );
  out[at++] = Number(isTool && has(scripted, up));
  out[at++] = Number(isTool && has(desktop, up));
  out[at++] = Number(isTool && up < 0 && parent.hasName && isWritable(parent.folder));
  out[at++] = Number(isTool && has(host, up));
  out[at++] = Number(hasWrongParent(child, parent));
  out[at++] = Number(isHost && child.line.present && child.line.argumentLength <= 1);
  out[at++] = Number(isHost && families[familyIndex.writablePath]! > 0);
  out[at++] = Number(isHost && (families[familyIndex.lateral]! > 0 || child.line.text.counts.urls > 0));
  out[at++] = Number(isUnknown && isWritable(child.folder));
  out[at++] = Number(isUnknown && child.folder <= 1 && child.folder >= 0);
  out[at++] = Number(looksLikeAttack(parent));
  return at;
}

function hasWrongParent(child: Reading, parent: Reading): boolean {
  return parent.hasName && usualParents.get(child.program)?.includes(parent.program) === false;
}

function looksLikeAttack({ line }: Reading): boolean {
  const families = line.familyCounts;
  return (
    families[familyIndex.credentialTool]! > 0 ||
    families[familyIndex.kerberosAbuse]! > 0 ||
    families[familyIndex.offensiveTool]! > 0 ||
    families[familyIndex.amsiBypass]! > 0 ||
    families[familyIndex.inMemory]! > 1 ||
    families[familyIndex.recoveryTamper]! > 1 ||
    line.text.counts.base64Length > 200
  );
}
