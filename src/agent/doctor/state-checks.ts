import { basename, dirname } from 'node:path';
import { inspectStateFile, responseFileOf } from '../../store/index.ts';
import { type Check, type Finding, fail, ok, skip, warn } from './check.ts';
import { configOf, stateFileOf } from './doctor-context.ts';
import {
  freeBytes,
  isWritable,
  listNames,
  nearestFolder,
  otherWriterOf,
  statIfThere,
} from './folder-loader.ts';
import { formatBytes } from './host-checks.ts';

const largeStateBytes = 2_147_483_648;
const largeLogBytes = 268_435_456;
const leastFreeBytes = 536_870_912;
const emptyDiskBytes = 67_108_864;

export const stateChecks: readonly Check[] = [
  {
    id: 'state-configured',
    title: 'What the agent learns is kept',
    needs: ['configuration'],
    remedy: 'Name a state file with state.file or --state; without one every run begins from nothing.',
    look(context) {
      const { file } = configOf(context).state;
      return file === null ? warn('no state file is configured') : ok(file);
    },
  },
  {
    id: 'state-folder',
    title: 'The folder of the state file can be written, by nobody else',
    needs: ['state', 'rights'],
    remedy: 'Give the account of the agent, and nobody else, write access to the folder.',
    look(context) {
      const wanted = dirname(stateFileOf(context));
      if (statIfThere(wanted)?.isDirectory() !== true)
        return fail(`${wanted} is not there`, 'Make the folder.');
      if (!isWritable(wanted)) return fail(`${wanted} cannot be written`);
      const writer = otherWriterOf(wanted, context);
      return writer === undefined ? ok(wanted) : warn(`${writer} may write to ${wanted}`);
    },
  },
  {
    id: 'state-integrity',
    title: 'The state file is sound',
    needs: ['state'],
    remedy: 'Restart the agent: it moves a damaged file aside, begins a new one and reports it.',
    look: (context) => judgeFile(stateFileOf(context)),
  },
  {
    id: 'state-version',
    title: 'The state file is of this version',
    needs: ['state'],
    remedy: 'Install the newer version of the agent again, or move the state file aside.',
    look(context) {
      const facts = inspectStateFile(stateFileOf(context));
      if (facts === undefined) return skip('there is no state file yet');
      const { version, knownVersion } = facts;
      if (version > knownVersion) return fail(`it has version ${version}, this agent knows ${knownVersion}`);
      return ok(
        version < knownVersion
          ? `version ${version}; the agent brings it to ${knownVersion}`
          : `version ${version}`,
      );
    },
  },
  {
    id: 'state-size',
    title: 'The state file is of ordinary size',
    needs: ['state'],
    remedy:
      'Look at forward status for a queue that does not empty; a log that does not shrink is held by another reader.',
    look(context) {
      const facts = inspectStateFile(stateFileOf(context));
      if (facts === undefined) return skip('there is no state file yet');
      const { bytes, logBytes } = facts;
      const said = `${formatBytes(bytes)}, and ${formatBytes(logBytes)} of write-ahead log`;
      return bytes > largeStateBytes || logBytes > largeLogBytes ? warn(said) : ok(said);
    },
  },
  {
    id: 'state-damaged',
    title: 'No state file was moved aside as damaged',
    needs: ['state'],
    remedy:
      'Find out what damaged it (disk, power, other programs), then delete the files that were moved aside.',
    async look(context) {
      const path = stateFileOf(context);
      const folder = dirname(path);
      if (statIfThere(folder)?.isDirectory() !== true) return skip(`${folder} is not there`);
      const aside = await listNames(folder, `${basename(path)}.damaged-`);
      return aside.length === 0 ? ok('none') : warn(`moved aside: ${aside.join(', ')}`);
    },
  },
  {
    id: 'journal-integrity',
    title: "The response's journal is sound",
    needs: ['state'],
    remedy: 'Keep a copy of the file for those who ask what was done, then move it aside.',
    look: (context) => judgeFile(responseFileOf(stateFileOf(context))),
  },
  {
    id: 'disk-free',
    title: 'The disk has room',
    needs: ['configuration'],
    remedy: 'Free space; while the disk is full, alerts wait in memory and at last are dropped.',
    look(context) {
      const folder = nearestFolder(configOf(context).state.file ?? process.cwd());
      const free = freeBytes(folder);
      const said = `${formatBytes(free)} free at ${folder}`;
      if (free < emptyDiskBytes) return fail(said);
      return free < leastFreeBytes ? warn(said) : ok(said);
    },
  },
];

function judgeFile(path: string): Finding {
  const facts = inspectStateFile(path);
  if (facts === undefined) return skip(`there is no ${basename(path)} yet`);
  const [first] = facts.damage;
  if (first !== undefined) return fail(`${facts.damage.length} findings, the first: ${first}`);
  const rows = Object.values(facts.tables).reduce((sum, count) => sum + count, 0);
  return ok(`${Object.keys(facts.tables).length} tables, ${rows} rows`);
}
