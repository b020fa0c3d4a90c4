import { stringify } from 'yaml';
import { readBaselineFile } from '../../anomaly/index.ts';
import { loadConfig } from '../../config/index.ts';
import { AgentError, messageOf } from '../../errors/index.ts';
import { importBaseline, keepBaseline, restoreBaseline } from '../anomaly.ts';
import type { PathJudge } from '../trusted-paths.ts';
import { type KeepSecret, type PlannedSecret, places } from './data-folder.ts';
import { DataFolderFiles, moveFolderAside, type ServiceChoices } from './data-folder-files.ts';
import { givenSettings, planInstallation } from './plan.ts';
import { type InstallRequest, isGiven, refuse } from './request.ts';

/** What an installation needs of Windows; tests have a double. */
export interface InstallHost {
  /** Creates the folder for SYSTEM and Administrators only, or makes it so. */
  secureFolder(path: string): void;
  /** What a folder that is there is judged by, itself and not what it may link to. */
  readonly judge: PathJudge;
  /** Seals a secret for this machine, base64; absent where it has to be kept in a file. */
  readonly seal?: (secret: string) => string;
  readonly nowMs: () => number;
}

const head = [
  'Written once by the installer; upgrades leave it alone. Paths are relative to this folder.',
  'All settings with their defaults: docs/problemchild.default.yaml beside the program; check a change with',
  '`problemchild config check FILE`.',
]
  .map((line) => ` ${line}`)
  .join('\n');

/**
 * Makes the data folder and, where there is none, its configuration. What is there already stays: an upgrade
 * changes nothing of it. Answers lines for the log of the installation.
 *
 * @throws AgentError PC_INSTALL_…, PC_CONFIG_… and PC_BASELINE_…
 */
export function configureInstallation(
  { dataFolder, transaction, properties }: InstallRequest,
  host: InstallHost,
): string[] {
  const said: string[] = [];
  const files = new DataFolderFiles(dataFolder, transaction);
  const objection = files.isNameTaken() ? judgeFolder(dataFolder, host.judge) : undefined;
  if (objection !== undefined) {
    // Everybody may create folders where it lies: what somebody else put there is not taken for ours.
    const aside = moveFolderAside(dataFolder, host.nowMs());
    said.push(`${dataFolder} was not believed, ${objection}: it is now ${aside}, and a new one was made`);
  }
  host.secureFolder(dataFolder);
  for (const name of ['state', 'logs', places.exceptions, places.indicators, places.secrets])
    files.makeFolder(name);
  files.forgetEarlier();
  const choices = chooseService(files.readChoices(), properties);
  const path = files.path(places.config);
  if (files.has(places.config)) {
    const given = [...(isGiven(properties.CONFIGFILE) ? ['CONFIGFILE'] : []), ...givenSettings(properties)];
    said.push(`${path} stays as it is${given.length === 0 ? '' : `; not applied: ${given.join(', ')}`}`);
  } else {
    said.push(...writeConfiguration(files, properties, host.seal), `wrote ${path}`);
  }
  const { config } = loadConfig({ file: path, env: {} });
  files.writeChoices(choices);
  // Last: nothing after it in this step can fail.
  if (isGiven(properties.BASELINE)) {
    const baseline = readBaselineFile(properties.BASELINE);
    files.rememberBaseline(keepBaseline(config));
    importBaseline(config, baseline, false);
    said.push('imported the baseline');
  }
  return said;
}

/** Why a folder is not to be believed. One that hides who may change it is no better than one that everybody may. */
function judgeFolder(path: string, judge: PathJudge): string | undefined {
  try {
    return judge(path);
  } catch (error) {
    const isHidden =
      error instanceof AgentError && ['PC_NATIVE_ACCESS', 'PC_NATIVE_UNSAFE'].includes(error.code);
    if (isHidden) return 'its access list cannot be read';
    throw error;
  }
}

/** Answers a line for each file that took the place of one of its name. */
function writeConfiguration(
  files: DataFolderFiles,
  properties: InstallRequest['properties'],
  seal: InstallHost['seal'],
): string[] {
  const inFiles: PlannedSecret[] = [];
  const keep: KeepSecret = (secret) => {
    if (seal !== undefined) return { dpapi: seal(secret.value) };
    inFiles.push(secret);
    return { file: `${places.secrets}/${secret.name}` };
  };
  const plan = planInstallation(properties, keep);
  for (const { name, value } of inFiles) files.write(`${places.secrets}/${name}`, value);
  const replaced = plan.copies
    .filter(({ to }) => files.has(to))
    .map(({ to }) => `replaced ${files.path(to)}`);
  for (const { property, from, to } of plan.copies) files.copyIn(property, from, to);
  if (plan.config !== undefined)
    files.write(places.config, `#${head.replaceAll('\n', '\n#')}\n${stringify(plan.config)}`);
  return replaced;
}

/** What was asked for this time, else what was asked for before. */
function chooseService(
  before: ServiceChoices,
  { STARTTYPE: start, LOCKSERVICE: lock }: InstallRequest['properties'],
): ServiceChoices {
  if (isGiven(start) && !isStart(start)) throw refuse('STARTTYPE is one of auto, delayed, demand, disabled');
  if (isGiven(lock) && lock !== '0' && lock !== '1') throw refuse('LOCKSERVICE is 0 or 1');
  return {
    start: isGiven(start) ? start : before.start,
    locked: isGiven(lock) ? lock === '1' : before.locked,
  };
}

function isStart(text: string): text is 'auto' | 'delayed' | 'demand' | 'disabled' {
  return ['auto', 'delayed', 'demand', 'disabled'].includes(text);
}

/** After a failed installation: takes away what it wrote, and puts back what was there. */
export function undoInstallation({ dataFolder, transaction }: InstallRequest): string[] {
  const files = new DataFolderFiles(dataFolder, transaction);
  return [...undoBaseline(files), ...files.undo()];
}

/** Before its files, of which the configuration says where the state is. One that stays keeps nothing else from being undone. */
function undoBaseline(files: DataFolderFiles): string[] {
  const earlier = files.readEarlierBaseline();
  if (earlier === undefined) return [];
  try {
    const { config } = loadConfig({ file: files.path(places.config), env: {} });
    restoreBaseline(config, earlier ?? undefined);
    return ['restored the baseline'];
  } catch (error) {
    return [`the baseline stays: ${messageOf(error)}`];
  }
}
