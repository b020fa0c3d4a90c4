import type { ProcessEvent } from '../src/event/index.ts';
import { makeProcessEvent } from '../test/support/process-event.ts';
import { createRandom, hex } from './random.ts';

/**
 * Process starts as no host sends them, the same at every run: no two alike, any program under any parent, so
 * that four in ten raise an alert.
 */
export function alertHeavyEvents(count: number): ProcessEvent[] {
  const random = createRandom(7);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  return Array.from({ length: count }, (_, index) => {
    const [name, original, folder, line] = pick(programs);
    const user = `user${Math.floor(random() * 400)}`;
    const executable = `${folder.replace('USER', user)}\\${name}`;
    const fill = (text: string) =>
      text
        .replaceAll('USER', user)
        .replaceAll('NUMBER', String(Math.floor(random() * 1e6)))
        .replaceAll(
          'GUID',
          `${hex(random, 8)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 12)}`,
        )
        .replaceAll('BLOB', hex(random, 200));
    const [parentName, parentFolder] = pick(parents);
    return makeProcessEvent({
      id: `heavy-${index}`,
      action: 'Process Create (rule: ProcessCreate)',
      user: { id: pick(['S-1-5-18', 'S-1-5-21-3457937927-2839227994-823803824-1104']), name: user },
      process: {
        name,
        executable,
        commandLine: fill(`"${executable}" ${line}`),
        originalFileName: original,
        token: { integrityLevel: pick(['High', 'Medium', 'System']) },
        parent: { name: parentName, executable: `${parentFolder}\\${parentName}` },
      },
    });
  });
}

const system = 'C:\\Windows\\System32';
const programs = [
  ['cmd.exe', 'Cmd.Exe', system, '/c "cd /d C:\\Users\\USER\\build && call run.bat NUMBER > out.log 2>&1"'],
  [
    'powershell.exe',
    'PowerShell.EXE',
    `${system}\\WindowsPowerShell\\v1.0`,
    '-NoProfile -ExecutionPolicy Bypass -File C:\\ProgramData\\Agent\\inventory.ps1 -Id GUID',
  ],
  ['powershell.exe', 'PowerShell.EXE', `${system}\\WindowsPowerShell\\v1.0`, '-enc BLOB'],
  ['svchost.exe', 'svchost.exe', system, '-k netsvcs -p -s Schedule'],
  ['rundll32.exe', 'RUNDLL32.EXE', system, 'C:\\Windows\\system32\\shell32.dll,Control_RunDLL NUMBER'],
  [
    'msiexec.exe',
    'msiexec.exe',
    system,
    '/i C:\\Users\\USER\\Downloads\\setup-NUMBER.msi /qn TRANSFORMS={GUID}',
  ],
  [
    'chrome.exe',
    'chrome.exe',
    'C:\\Program Files\\Google\\Chrome\\Application',
    '--type=renderer --field-trial-handle=NUMBER,i,NUMBER,262144 --lang=en-US --device-scale-factor=1 --num-raster-threads=4 --renderer-client-id=NUMBER --launch-time-ticks=NUMBER',
  ],
  [
    'git.exe',
    'git.exe',
    'C:\\Program Files\\Git\\cmd',
    'fetch --prune origin +refs/heads/*:refs/remotes/origin/*',
  ],
  ['net.exe', 'net.exe', system, 'use \\\\files\\share$ /user:MERIDIAN\\USER'],
  [
    'Teams.exe',
    'Teams.exe',
    'C:\\Users\\USER\\AppData\\Local\\Microsoft\\Teams\\current',
    '--type=gpu-process --no-sandbox --mojo-platform-channel-handle=NUMBER /prefetch:2',
  ],
] as const; // prettier-ignore

const parents = [
  ['explorer.exe', 'C:\\Windows'],
  ['services.exe', system],
  ['svchost.exe', system],
  ['cmd.exe', system],
  ['Code.exe', 'C:\\Users\\anna\\AppData\\Local\\Programs\\Microsoft VS Code'],
] as const;
