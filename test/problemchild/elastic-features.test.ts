import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elasticFeatures } from '../../src/problemchild/index.ts';
import { hostileText } from '../support/elastic-pipeline.ts';
import { makeProcessEvent, makeStart } from '../support/process-event.ts';

const g2 = (changes: Parameters<typeof makeProcessEvent>[0]) =>
  elasticFeatures(makeProcessEvent(changes), 'g2');
const g1 = (changes: Parameters<typeof makeProcessEvent>[0]) =>
  elasticFeatures(makeProcessEvent(changes), 'g1');

describe('elasticFeatures', () => {
  it('describes an encoded download as generation 2 does', () => {
    const event = makeProcessEvent({
      action: 'start',
      user: { id: 'S-1-5-21-1-2-3-1001' },
      process: {
        name: 'powershell.exe',
        executable: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
        commandLine: '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\PowerShell.exe" -Enc aQBlAHgA',
        originalFileName: 'PowerShell.EXE',
        signature: { exists: true, trusted: true },
        token: { integrityLevel: 'High', elevated: true, elevationType: 'Full' },
        parent: { name: 'WINWORD.EXE', executable: 'C:\\Users\\Anna\\WINWORD.EXE' },
      },
    });
    const { ...features } = elasticFeatures(event, 'g2');
    const bigrams = Object.keys(features).filter((name) => name.includes('_2-gram_'));
    for (const name of bigrams) delete (features as Record<string, unknown>)[name];
    expect(features).toEqual({
      feature_process_name: 'powershell.exe',
      feature_process_parent_name: 'WINWORD.EXE',
      feature_command_line: 'c:\\win_system_dir\\windowspowershell\\v1.0\\powershell.exe -enc aqblahga',
      feature_event_action: 'start',
      feature_process_executable: 'c:\\win_system_dir\\windowspowershell\\v1.0\\powershell.exe',
      feature_process_parent_executable: 'c:\\users\\winword.exe',
      feature_elevation_type: 'full',
      feature_integrity_level: 'high',
      feature_process_pe_original_file_name: 'PowerShell.EXE',
      feature_user_id: 'S-1-5-21-1-2-3-1001',
      feature_elevated: true,
      feature_process_signed: true,
      feature_process_signer_trusted: true,
      feature_filename_mismatch: true,
      feature_running_as_system: false,
      feature_ends_with_exe: true,
      feature_normalized_ppath: 'win_system_dir',
      feature_cmd_obfuscation: 0,
      feature_cmd_credential_access: 0,
      feature_cmd_download_cradle: 0,
      feature_cmd_lateral_movement: 0,
      feature_cmd_kerberoasting: 0,
      feature_cmd_recon: 0,
      feature_cmd_defense_evasion: 1,
      feature_cmd_persistence: 0,
      feature_cmd_exfiltration: 0,
    });
    const texts = [
      'process_name',
      'process_parent_name',
      'process_executable',
      'process_parent_executable',
      'command_line',
    ];
    const units = texts.map((name) => String(features[`feature_${name}`]).length);
    expect(bigrams).toHaveLength(units.reduce((sum, length) => sum + length));
  });

  it('says unknown, false and mismatch where the source says nothing', () => {
    const nothing = { name: undefined, executable: undefined, commandLine: undefined };
    const features = elasticFeatures(
      makeStart({ ...nothing, parent: { name: undefined, executable: undefined } }),
      'g2',
    );
    for (const name of [
      'feature_process_name',
      'feature_process_parent_name',
      'feature_command_line',
      'feature_event_action',
      'feature_process_executable',
      'feature_process_parent_executable',
      'feature_elevation_type',
      'feature_integrity_level',
      'feature_process_pe_original_file_name',
      'feature_user_id',
      'feature_normalized_ppath',
    ]) {
      expect([name, features[name]]).toEqual([name, 'unknown']);
    }
    for (const name of ['feature_elevated', 'feature_process_signed', 'feature_process_signer_trusted']) {
      expect([name, features[name]]).toEqual([name, false]);
    }
    expect(features['feature_command_line_2-gram_feature0']).toBe('un');
  });
});

describe('extraction', () => {
  it('joins args with single spaces where there is no command line', () => {
    expect(
      g2({ process: { commandLine: undefined, args: ['a.exe', 'b c', 'D'] } })['feature_command_line'],
    ).toBe('a.exe b c d');
    expect(g2({ process: { commandLine: 'x', args: ['y'] } })['feature_command_line']).toBe('x');
    expect(g2({ process: { commandLine: undefined, args: [] } })['feature_command_line']).toBe('unknown');
  });

  it("prefers the token's own elevation type to winlog's", () => {
    const token = { elevationType: 'default', winlogElevationType: '%%1936' };
    expect(g2({ process: { token } })['feature_elevation_type']).toBe('default');
    expect(g2({ process: { token: { winlogElevationType: '%%1936' } } })['feature_elevation_type']).toBe(
      '%%1936',
    );
  });

  it.each(['%%1936', '%%1937', '%%1938'])(
    'quirk: any TokenElevationType counts as elevated, %s too',
    (type) => {
      expect(g2({ process: { token: { winlogElevationType: type } } })['feature_elevated']).toBe(true);
    },
  );

  it('reads what Endgame wrote in generation 1, after ECS and before winlog', () => {
    const endgame = { commandLine: 'A -X', elevationType: 'full', integrityLevel: 'high', elevated: false };
    const token = { winlogElevationType: '%%1936', integrityLevel: 'Medium' };
    const process = { commandLine: undefined, args: ['b'], token };
    const names = ['command_line', 'elevation_type', 'integrity_level', 'elevated'];
    const read = (features: ReturnType<typeof g1>) => names.map((name) => features[`feature_${name}`]);
    expect(read(g1({ endgame, process }))).toEqual(['a -x', 'full', 'high', false]);
    expect(read(g2({ endgame, process }))).toEqual(['b', '%%1936', 'medium', true]);
    const own = { commandLine: 'c', token: { ...token, elevated: true, elevationType: 'default' } };
    expect(read(g1({ endgame, process: own }))).toEqual(['c', 'default', 'high', true]);
  });

  it('lets the presence of process.Ext.token.elevation decide before TokenElevationType', () => {
    const token = { elevated: false, winlogElevationType: '%%1937' };
    expect(g2({ process: { token } })['feature_elevated']).toBe(false);
  });

  it('quirk: the mandatory label of Security 4688 is no integrity level', () => {
    expect(g2({ process: { token: { mandatoryLabel: 'S-1-16-12288' } } })['feature_integrity_level']).toBe(
      'unknown',
    );
  });

  it.each([
    ['S-1-5-18', true],
    ['S-1-5-19', true],
    ['S-1-5-20', true],
    ['s-1-5-18', false],
    ['S-1-5-180', false],
    [undefined, false],
  ])('runs as system for user %s: %s', (id, expected) => {
    expect(g2({ user: { id } })['feature_running_as_system']).toBe(expected);
  });
});

describe('derived flags', () => {
  it.each([
    ['cmd.exe', 'cmd.exe', false],
    ['cmd.exe', 'Cmd.Exe', true],
    ['cmd.exe', undefined, true],
    [undefined, undefined, false],
  ])(
    'quirk: name %s against original name %s, case and absence count: mismatch %s',
    (name, originalFileName, expected) => {
      expect(g2({ process: { name, originalFileName } })['feature_filename_mismatch']).toBe(expected);
    },
  );

  it.each([
    ['cmd.exe', true],
    ['invoice.exe.pdf', true],
    ['CMD.EXE', false],
    ['cmd', false],
  ])('quirk: ends_with_exe asks whether %s contains .exe: %s', (name, expected) => {
    expect(g2({ process: { name } })['feature_ends_with_exe']).toBe(expected);
  });
});

describe('lower case', () => {
  it('quirk: process and parent names keep their case', () => {
    const features = g2({ process: { name: 'CMD.exe', parent: { name: 'Explorer.EXE' } } });
    expect(features['feature_process_name']).toBe('CMD.exe');
    expect(features['feature_process_name_2-gram_feature0']).toBe('CM');
    expect(features['feature_process_parent_name']).toBe('Explorer.EXE');
  });

  it('quirk: generation 1 keeps the case of integrity and elevation, generation 2 does not', () => {
    const process = { token: { integrityLevel: 'High', elevationType: 'Limited' } };
    expect(g1({ process })['feature_integrity_level']).toBe('High');
    expect(g1({ process })['feature_elevation_type']).toBe('Limited');
    expect(g2({ process })['feature_integrity_level']).toBe('high');
    expect(g2({ process })['feature_elevation_type']).toBe('limited');
  });

  it('lowers as Java does in the root locale: a dotted capital I becomes two units, a final sigma its own', () => {
    expect(g2({ process: { commandLine: 'İ ΟΔΟΣ K' } })['feature_command_line']).toBe('i̇ οδος k');
  });
});

describe('carets', () => {
  it.each([
    ['p^owershell', 'powershell', 0],
    ['p^ow^ershell', 'powershell', 1],
    ['powershell', 'powershell', 0],
    ['c:\\^\\x', 'c:\\x', 0],
  ])('generation 2 counts and removes them from %s', (commandLine, text, obfuscated) => {
    const features = g2({ process: { commandLine } });
    expect(features['feature_command_line']).toBe(text);
    expect(features['feature_cmd_obfuscation']).toBe(obfuscated);
  });

  it('generation 1 leaves them and has no command flags', () => {
    const features = g1({ process: { commandLine: 'p^ow^ershell mimikatz' } });
    expect(features['feature_command_line']).toBe('p^ow^ershell mimikatz');
    expect(Object.keys(features).filter((name) => /^feature_cmd_/.test(name))).toEqual([]);
  });

  it('flags keywords only once the carets between their letters are gone', () => {
    expect(g2({ process: { commandLine: 'mimi^katz' } })['feature_cmd_credential_access']).toBe(1);
  });
});

describe('directory class', () => {
  it("quirk: normalized_ppath is the class of the child's own path", () => {
    const process = {
      executable: 'C:\\Users\\Bob\\Downloads\\x.exe',
      parent: { executable: 'C:\\Windows\\explorer.exe' },
    };
    expect(g2({ process })['feature_normalized_ppath']).toBe('win_user_downloads');
  });

  it('is found before the path is cleaned of its user', () => {
    const features = g2({ process: { executable: 'C:\\Users\\Bob\\AppData\\Local\\Temp\\x.exe' } });
    expect(features['feature_normalized_ppath']).toBe('win_user_appdata_local_temp');
    expect(features['feature_process_executable']).toBe('c:\\users\\appdata\\local\\temp\\x.exe');
  });

  it('steps e to h do not touch paths', () => {
    const executable = 'C:\\deadbeef\\0x12\\12345\\abcd-abcd-abcd-abcd.exe';
    expect(g2({ process: { executable } })['feature_process_executable']).toBe(executable.toLowerCase());
  });
});

describe('bigrams', () => {
  it('quirk: the last position is the empty string, later ones are absent', () => {
    const features = g2({ process: { name: 'abc' } });
    expect(features['feature_process_name_2-gram_feature0']).toBe('ab');
    expect(features['feature_process_name_2-gram_feature1']).toBe('bc');
    expect(features['feature_process_name_2-gram_feature2']).toBe('');
    expect(features).not.toHaveProperty('feature_process_name_2-gram_feature3');
  });

  it.each([99, 100, 101, 5000])('cuts a text of %i units at 100', (length) => {
    const features = g2({ process: { commandLine: 'x'.repeat(length) } });
    const last = Math.min(length, 100) - 1;
    expect(features[`feature_command_line_2-gram_feature${last - 1}`]).toBe('xx');
    expect(features[`feature_command_line_2-gram_feature${last}`]).toBe('');
    expect(features).not.toHaveProperty(`feature_command_line_2-gram_feature${last + 1}`);
  });

  it('counts UTF-16 units, cutting characters beyond the first plane in half', () => {
    const features = g2({ process: { commandLine: 'a\u{1f600}' } });
    expect(features['feature_command_line_2-gram_feature0']).toBe('a\ud83d');
    expect(features['feature_command_line_2-gram_feature1']).toBe('\ud83d\ude00');
    expect(features['feature_command_line_2-gram_feature2']).toBe('');
  });

  it('are cut from the normalised command line, whatever it was', () => {
    fc.assert(
      fc.property(hostileText, (commandLine) => {
        const features = g2({ process: { commandLine } });
        const text = String(features['feature_command_line']).slice(0, 100);
        for (let position = 0; position < 101; position++) {
          const expected =
            position >= text.length ? undefined : position + 1 < text.length ? text.substr(position, 2) : '';
          expect(features[`feature_command_line_2-gram_feature${position}`]).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('blocklist of generation 1', () => {
  it.each([
    ['reg query HKEY_LOCAL_MACHINE', 1],
    ['net user administrator', 1],
    ['mshta x.hta', 1],
    ['[Reflection.Assembly]::Load', 1],
    ['cmd /c dir', undefined],
    ['dllhost.exe -Embedding', undefined],
  ])('quirk: %s has label %s, by plain substring and never 0', (commandLine, expected) => {
    expect(g1({ process: { commandLine } })['blocklist_label']).toBe(expected);
  });

  it('looks at the normalised command line', () => {
    expect(g1({ process: { commandLine: 'c:\\users\\evil\\x.exe' } })).not.toHaveProperty('blocklist_label');
  });

  it('is gone in generation 2', () => {
    expect(g2({ process: { commandLine: 'evil' } })).not.toHaveProperty('blocklist_label');
  });
});
