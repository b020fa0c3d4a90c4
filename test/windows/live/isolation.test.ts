import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { planIsolation } from '../../../src/response/isolation/isolation-plan.ts';
import { parseNetwork } from '../../../src/text/index.ts';
import { FilterEngine, readRegistryNumber } from '../../../src/windows/index.ts';
import { buildFolder, ffiNames, openTestLibrary } from './open-test-library.ts';
import { underWine } from './wine-limits.ts';

/** What the double of the filter engine writes at each commit. */
const stateFile = join(mkdtempSync(join(tmpdir(), 'pc-')), 'firewall.tsv');

function linesOf(kind: string): string[][] {
  return readFileSync(stateFile, 'utf8')
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([first]) => first === kind)
    .map(([, ...rest]) => rest);
}

const peers = {
  resolvers: [parseNetwork('192.0.2.53')!],
  endpoints: [{ remote: parseNetwork('198.51.100.9')!, protocol: 'tcp' as const, port: 9_243 }],
  management: [parseNetwork('10.20.0.0/16')!, parseNetwork('2001:db8:5::/48')!],
};
const expected = [
  ['connect4', 'permit', 'weight=15', 'flags=0', 'flags=1 by 6'],
  ['accept6', 'permit', 'weight=15', 'flags=0', 'flags=1 by 6'],
  ['connect4', 'permit', 'weight=15', 'flags=0', 'protocol=17', 'local-port=68', 'remote-port=67'],
  ['accept6', 'permit', 'weight=15', 'flags=0', 'protocol=17', 'local-port=546', 'remote-port=547'],
  ['connect4', 'permit', 'weight=15', 'flags=0', 'protocol=17', 'remote-port=53', 'remote=c0000235/ffffffff'],
  [
    'connect4',
    'permit',
    'weight=15',
    'flags=0',
    'protocol=6',
    'remote-port=9243',
    'remote=c6336409/ffffffff',
  ],
  ['accept4', 'permit', 'weight=15', 'flags=0', 'remote=0a140000/ffff0000'],
  ['accept6', 'permit', 'weight=15', 'flags=0', 'remote=20010db8000500000000000000000000/48'],
  [
    'connect6',
    'permit',
    'weight=15',
    'flags=0',
    'protocol=58',
    'local-port=133',
    'remote-port=0',
    'remote=ff020000000000000000000000000000/16',
  ],
  ...['connect4', 'connect6', 'accept4', 'accept6', 'forward4', 'forward6'].map((layer) => [
    layer,
    'block',
    'weight=1',
    'flags=0',
  ]),
];

for (const ffi of ffiNames) {
  describe(`isolation by ${ffi}`, async () => {
    const library = await openTestLibrary(ffi);
    const engine = new FilterEngine(library);

    test('without a double the system itself answers', async () => {
      delete process.env['PC_DOUBLE_FIREWALL'];
      // Wine has the functions and no engine: a refusal, in the system's own words.
      const answer = engine.read();
      if (underWine)
        await assert.rejects(answer, { code: 'PC_NATIVE_CALL', message: /FwpmEngineOpen0: Win32 error/ });
      else assert.deepEqual(await answer, { filters: 0, idle: 0, planId: undefined });
    });

    describe('through the double of the filter engine', () => {
      process.env['PC_DOUBLE_FIREWALL_STATE'] = stateFile;
      const useDouble = (): void => {
        process.env['PC_DOUBLE_FIREWALL'] = join(buildFolder, 'firewall-double.dll');
      };

      test('a plan arrives filter by filter', async () => {
        useDouble();
        const plan = planIsolation(peers, false);
        await engine.apply(plan);
        const filters = linesOf('filter').map((words) => words.join(' '));
        assert.equal(filters.length, plan.filters.length);
        for (const words of expected) assert.ok(filters.includes(words.join(' ')), words.join(' '));
        assert.deepEqual(linesOf('sub-layer'), [['flags=0', 'weight=65535']]);
        assert.deepEqual(linesOf('provider'), [['flags=0', 'service=ProblemChild']]);
        assert.deepEqual(await engine.read(), { filters: plan.filters.length, idle: 0, planId: plan.id });
      });

      test('a persistent plan has a copy of each filter for boot time', async () => {
        useDouble();
        const plan = planIsolation(peers, true);
        await engine.apply(plan);
        const flags = linesOf('filter').map((words) => words[3]);
        assert.equal(flags.filter((each) => each === 'flags=1').length, plan.filters.length);
        assert.equal(flags.filter((each) => each === 'flags=2').length, plan.filters.length);
        assert.deepEqual(await engine.read(), {
          filters: plan.filters.length,
          idle: plan.filters.length,
          planId: plan.id,
        });
      });

      test('a new plan takes the place of the one before', async () => {
        useDouble();
        const plan = planIsolation({ resolvers: [], endpoints: [], management: [] }, false);
        await engine.apply(plan);
        assert.equal(linesOf('filter').length, plan.filters.length);
        assert.deepEqual(await engine.read(), { filters: plan.filters.length, idle: 0, planId: plan.id });
      });

      for (const failing of [
        'FwpmFilterAdd0 7 80320035',
        'FwpmSubLayerAdd0 1 80320036',
        'FwpmFilterDeleteByKey0 3 8032000a',
        'FwpmTransactionCommit0 1 8032000f',
        'FwpmTransactionBegin0 1 80320012',
        'FwpmEngineOpen0 1 5',
      ]) {
        test(`all or nothing: ${failing}`, async () => {
          useDouble();
          const before = planIsolation({ ...peers, endpoints: [] }, false);
          await engine.apply(before);
          process.env['PC_DOUBLE_FIREWALL_FAIL'] = failing;
          const [name, , error] = failing.split(' ');
          await assert.rejects(
            engine.apply(planIsolation(peers, true)),
            ({ code, message }: Error & { code: string }) => {
              assert.equal(code, error === '5' ? 'PC_NATIVE_ACCESS' : 'PC_NATIVE_CALL');
              assert.match(message, new RegExp(name!));
              assert.match(message, new RegExp(error!, 'i'));
              return true;
            },
          );
          delete process.env['PC_DOUBLE_FIREWALL_FAIL'];
          assert.deepEqual(await engine.read(), {
            filters: before.filters.length,
            idle: 0,
            planId: before.id,
          });
        });
      }

      test('removing leaves nothing, and nothing can be removed', async () => {
        useDouble();
        await engine.apply(planIsolation(peers, true));
        await engine.remove();
        assert.equal(readFileSync(stateFile, 'utf8'), '');
        assert.deepEqual(await engine.read(), { filters: 0, idle: 0, planId: undefined });
        await engine.remove();
      });

      test('another’s filter in the sub-layer keeps no host cut off, and no new plan beside it', async () => {
        useDouble();
        await engine.apply(planIsolation(peers, true));
        process.env['PC_DOUBLE_FIREWALL_FAIL'] = 'FwpmSubLayerDeleteByKey0 1 8032000a';
        await engine.remove();
        assert.deepEqual(linesOf('filter'), []);
        assert.equal(linesOf('sub-layer').length, 1);
        process.env['PC_DOUBLE_FIREWALL_FAIL'] = 'FwpmSubLayerDeleteByKey0 01 8032000a';
        await assert.rejects(engine.apply(planIsolation(peers, false)), { message: /8032000a/i });
        delete process.env['PC_DOUBLE_FIREWALL_FAIL'];
        await engine.remove();
        assert.equal(readFileSync(stateFile, 'utf8'), '');
      });

      test('more filters than are set are refused before anything is done', async () => {
        useDouble();
        const management = Array.from(
          { length: 1_100 },
          (_, i) => parseNetwork(`10.0.${i >> 8}.${i & 255}`)!,
        );
        await assert.rejects(engine.apply(planIsolation({ ...peers, management }, false)), {
          code: 'PC_ISOLATION_TOO_LARGE',
        });
      });
    });

    test('a number of the registry: there, not there, of another type', () => {
      const key = `SOFTWARE\\Policies\\ProblemChildTest-${ffi}`;
      const reg = (...words: string[]): void => {
        execFileSync('reg', words, { stdio: 'ignore' });
      };
      assert.equal(readRegistryNumber(library, key, 'KillSwitch'), undefined);
      reg('add', `HKLM\\${key}`, '/v', 'KillSwitch', '/t', 'REG_DWORD', '/d', '1', '/f', '/reg:64');
      assert.equal(readRegistryNumber(library, key, 'KillSwitch'), 1);
      assert.equal(readRegistryNumber(library, key, 'Other'), undefined);
      reg('add', `HKLM\\${key}`, '/v', 'KillSwitch', '/t', 'REG_SZ', '/d', '1', '/f', '/reg:64');
      assert.throws(() => readRegistryNumber(library, key, 'KillSwitch'), {
        code: 'PC_NATIVE_CALL',
        message: /RegGetValueW/,
      });
      reg('delete', `HKLM\\${key}`, '/f', '/reg:64');
      assert.equal(readRegistryNumber(library, key, 'KillSwitch'), undefined);
    });
  });
}
