import * as z from 'zod';
import { section, text } from '../setting.ts';
import { isolation } from './response-isolation.ts';

const action = z.enum(['none', 'suspend', 'terminate']);
const target = z.enum(['process', 'tree']);
const probability = z.number().min(0).max(1);
const score = z.number().min(0).max(100);

function actionFor(severity: string, byDefault: z.infer<typeof action>) {
  return action.default(byDefault).meta({
    description: `What rules of ${severity} severity ask for, unless response.rules says otherwise.`,
  });
}

function limit(most: number, byDefault: number, description: string) {
  return z.int().min(0).max(most).default(byDefault).meta({ description, unit: 'actions' });
}

function patterns(description: string) {
  return z.array(text(1_024)).max(1_000).default([]).meta({ description });
}

function scope(what: string) {
  return z
    .strictObject({
      hosts: patterns(`Host names that ${what}; * and ? as wildcards, in any case.`),
      users: patterns(`Users that ${what}, as SID, name or DOMAIN\\name.`),
      groups: patterns(
        `Groups of the user that ${what}, as SID; by name only well-known ones and those of the input.`,
      ),
      processes: patterns(`Process names that ${what}.`),
      paths: patterns(`Full paths that ${what}.`),
      signers: patterns(`Signers that ${what}; only a signature that holds counts.`),
    })
    .prefault({});
}

const protectedImages = [
  'conhost.exe',
  'ctfmon.exe',
  'explorer.exe',
  'MpDefenderCoreService.exe',
  'MsMpEng.exe',
  'MsSense.exe',
  'NisSrv.exe',
  'RuntimeBroker.exe',
  'SecurityHealthService.exe',
  'SearchIndexer.exe',
  'spoolsv.exe',
  'svchost.exe',
  'taskhostw.exe',
  'TiWorker.exe',
  'TrustedInstaller.exe',
  'wudfhost.exe',
  'WmiPrvSE.exe',
];

const systemFolders = [
  '*:\\Windows',
  '*:\\Windows\\System32',
  '*:\\Windows\\System32\\wbem',
  '*:\\Windows\\SysWOW64',
  '*:\\Windows\\SysWOW64\\wbem',
  '*:\\Windows\\servicing',
  '*:\\Windows\\WinSxS\\*',
  '*:\\Program Files\\Windows Defender\\*',
  '*:\\Program Files\\Windows Defender Advanced Threat Protection\\*',
  '*:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\*',
];

const secretNames = [
  '*access?key*',
  '*accesskey*',
  '*api?key*',
  '*apikey*',
  '*authorization*',
  '*connection?string*',
  '*connectionstring*',
  '*connstr*',
  '*cookie*',
  '*credential*',
  '*encryption?key*',
  '*passphrase*',
  '*passwd*',
  '*password*',
  '*private?key*',
  '*privatekey*',
  '*pwd',
  '*sas?url*',
  '*secret*',
  '*token*',
  '*webhook*',
];

export const response = section('What is done about flagged processes. Nothing, by default: audit.', {
  mode: z.enum(['audit', 'suspend', 'terminate']).default('audit').meta({
    description:
      'The hardest thing that may be done. audit writes down what would have been done; suspend makes suspensions of terminations.',
  }),
  minProbability: probability.default(0.98).meta({
    description: 'Least malicious probability of a start that is acted on.',
    unit: 'probability',
  }),
  minRarity: score.default(0).meta({
    description: 'Least score of the anomaly jobs at that moment, rare or cluster; 0 asks for none.',
    unit: 'score',
  }),
  severities: z
    .strictObject({
      low: actionFor('low', 'none'),
      medium: actionFor('medium', 'none'),
      high: actionFor('high', 'terminate'),
      critical: actionFor('critical', 'terminate'),
    })
    .prefault({}),
  rules: z
    .record(
      text(128),
      z.strictObject({
        action: action.optional(),
        minProbability: probability.optional(),
        minRarity: score.optional(),
        target: target.optional(),
        suspendFirst: z.boolean().optional(),
      }),
    )
    .default({})
    .meta({
      description:
        'By id of a rule about single starts, what it asks for instead: action, minProbability, minRarity, target, suspendFirst.',
    }),
  target: target.default('process').meta({
    description: 'Whether the process alone is ended, or all that descends from it as well.',
  }),
  suspendFirst: z.boolean().default(false).meta({
    description: 'Whether a process is suspended at once and ended or resumed only after response.holdMs.',
  }),
  holdMs: z.int().min(100).max(300_000).default(5_000).meta({
    description: 'How long a suspended process waits for that decision.',
    unit: 'ms',
  }),
  holdMinRarity: score.default(50).meta({
    description:
      'Least score of the anomaly jobs during the hold for the process to be ended; else it is resumed.',
    unit: 'score',
  }),
  maxAgeMs: z.int().min(1_000).max(3_600_000).default(30_000).meta({
    description: 'A process that was started longer ago is left alone.',
    unit: 'ms',
  }),
  serviceAccounts: z.boolean().default(false).meta({
    description:
      'Whether processes of SYSTEM, LOCAL SERVICE, NETWORK SERVICE and service accounts are acted on.',
  }),
  protectedImages: z.array(text(256)).max(1_000).default(protectedImages).meta({
    description:
      'Names of programs that are left alone if they lie in response.systemFolders and are signed by Microsoft.',
  }),
  systemFolders: z.array(text(1_024)).max(100).default(systemFolders).meta({
    description:
      'Folders in which a protected image is what its name says; *: stands for any drive, \\* at the end for all folders below.',
  }),
  only: scope('the policy is about; none means all'),
  except: scope('the policy is not about'),
  budget: z
    .strictObject({
      perMinute: limit(
        1_000,
        5,
        'Most processes acted on in a minute, each of a tree counted; one more and the agent stands down.',
      ),
      perHour: limit(10_000, 20, 'Most processes acted on in an hour, each of a tree counted.'),
      perUser: limit(10_000, 3, 'Most actions in an hour on processes of one user; a tree is one.'),
      perImage: limit(10_000, 3, 'Most actions in an hour on one image; a tree is one.'),
    })
    .prefault({}),
  evidence: z
    .strictObject({
      folder: text().nullable().default(null).meta({
        description: 'Folder that receives a bundle for each process that is ended; null keeps none.',
        path: true,
      }),
      waitMs: z.int().min(0).max(5_000).default(25).meta({
        description:
          'How long the ending of a process waits for its image, environment and modules; what comes later may be lost.',
        unit: 'ms',
      }),
      maxFileBytes: z.int().min(1).max(4_294_967_296).default(67_108_864).meta({
        description: 'Most bytes of an image that are copied; a larger module is not hashed.',
        unit: 'bytes',
      }),
      maxTotalBytes: z.int().min(1_048_576).max(1_099_511_627_776).default(1_073_741_824).meta({
        description: 'Most bytes of all bundles together; the oldest leave first.',
        unit: 'bytes',
      }),
      timeoutMs: z.int().min(100).max(600_000).default(10_000).meta({
        description:
          'How long the copy of the image, the hashes of the modules and the search of the event log may take together.',
        unit: 'ms',
      }),
      secretNames: z.array(text(256)).max(1_000).default(secretNames).meta({
        description:
          'Names of environment variables whose values are not kept; * and ? as wildcards, in any case.',
      }),
    })
    .prefault({}),
  isolation,
  killSwitchFile: text().nullable().default(null).meta({
    description:
      'While this file exists nothing is acted on; null for none. A GPO can put it there, or set the registry value KillSwitch (DWORD 1) of HKLM\\SOFTWARE\\Policies\\ProblemChild.',
    path: true,
  }),
});
