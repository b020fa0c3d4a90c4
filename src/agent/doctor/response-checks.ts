import type { ResponseStatus } from '../../response/index.ts';
import { isKillSwitchSet } from '../kill-switch-file.ts';
import { type Check, fail, ok, warn } from './check.ts';
import { configOf, type DoctorContext } from './doctor-context.ts';
import { folderBytes, isWritable, nearestFolder, statIfThere } from './folder-loader.ts';
import { formatBytes } from './host-checks.ts';
import { withResponseDesk } from './response-journal.ts';

const soonMs = 3_600_000;
const nearlyFullShare = 0.9;

export const responseChecks: readonly Check[] = [
  {
    id: 'response-mode',
    title: 'The response is in the mode that is configured',
    needs: ['configuration'],
    remedy: 'See `problemchild response status`.',
    look(context) {
      const { mode } = configOf(context).response;
      const status = statusOf(context);
      if (status === undefined) return ok(`${mode}, as configured`);
      const said = `${status.mode} now, ${mode} configured`;
      return status.mode === mode ? ok(said) : warn(said);
    },
  },
  {
    id: 'response-arming',
    title: 'No arming is about to run out',
    needs: ['state'],
    remedy: 'Arm again with `problemchild response arm` if it is still wanted.',
    look(context) {
      const override = statusOf(context)?.override;
      if (override === undefined) return ok('no arming for a time is in force');
      const until = new Date(override.untilMs).toISOString();
      const said = `${override.mode} until ${until}, by ${override.by}`;
      return override.untilMs - context.clock.nowMs() < soonMs ? warn(said) : ok(said);
    },
  },
  {
    id: 'response-stand-down',
    title: 'The response does not stand down',
    needs: ['state'],
    remedy: 'Look at the journal (`problemchild response journal`) for why, then arm it again.',
    look(context) {
      const standDown = statusOf(context)?.standDown;
      if (standDown === undefined) return ok('it does not');
      return warn(
        `since ${new Date(standDown.sinceMs).toISOString()}, by ${standDown.by}: ${standDown.reason}`,
      );
    },
  },
  {
    id: 'response-kill-switch',
    title: 'The kill switch is not set',
    needs: ['configuration'],
    remedy: 'Delete the file when the response is to act again.',
    look(context) {
      const { killSwitchFile } = configOf(context).response;
      if (killSwitchFile === null) return ok('none is configured');
      const isSet = isKillSwitchSet(killSwitchFile);
      if (isSet === undefined)
        return fail(`whether ${killSwitchFile} is there cannot be told, so nothing is acted on`);
      return isSet ? warn(`${killSwitchFile} is there`) : ok(`${killSwitchFile} is not there`);
    },
  },
  {
    id: 'response-holds',
    title: 'No process was left suspended',
    needs: ['state'],
    remedy: 'See `problemchild process list`, then resume or terminate each.',
    look(context) {
      const held = statusOf(context)?.held ?? 0;
      return held === 0 ? ok('none') : warn(`${held} processes are suspended by the agent`);
    },
  },
  {
    id: 'response-evidence',
    title: 'Evidence can be kept',
    needs: ['configuration'],
    remedy: 'Make the folder writable by the agent only, or raise response.evidence.maxTotalBytes.',
    async look(context) {
      const { folder, maxTotalBytes } = configOf(context).response.evidence;
      if (folder === null) return ok('no folder of evidence is configured');
      if (statIfThere(folder)?.isDirectory() !== true) {
        const above = nearestFolder(folder);
        return isWritable(above) ? ok(`${folder} will be made`) : fail(`${above} cannot be written`);
      }
      if (!isWritable(folder)) return fail(`${folder} cannot be written`);
      const bytes = await folderBytes(folder);
      const said = `${formatBytes(bytes)} of ${formatBytes(maxTotalBytes)}`;
      return bytes > maxTotalBytes * nearlyFullShare ? warn(`${said}; the oldest leave first`) : ok(said);
    },
  },
];

/** Nothing without a journal: opening one would make it. */
function statusOf(context: DoctorContext): ResponseStatus | undefined {
  return withResponseDesk(context, (desk) => desk.status());
}
