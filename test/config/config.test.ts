import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  configJsonSchema,
  configReference,
  defaultConfigFile,
  formatConfig,
  loadConfig,
} from '../../src/config/index.ts';
import { configLayout } from '../../src/config/schema.ts';

function loadText(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'pc-default-'));
  try {
    const file = join(folder, 'agent.yaml');
    writeFileSync(file, text, { mode: 0o600 });
    return loadConfig({ file, env: {} });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('every setting', () => {
  it.each(configLayout.settings.map((setting) => [setting.key, setting] as const))(
    '%s is documented',
    (_, setting) => {
      expect(setting.description).toMatch(/^[A-Z].*\.$/);
      expect(setting.defaultValue).toBeDefined();
      if (setting.kind === 'number') expect(setting.unit).toBeDefined();
    },
  );

  it('can be set through its variable', () => {
    for (const { key, variable, kind, defaultValue, path } of configLayout.settings) {
      const given = kind === 'json' || kind === 'list' ? JSON.stringify(defaultValue) : String(defaultValue);
      const { config, provenance } = loadConfig({ env: { [variable]: given } });
      expect(provenance.get(key)).toEqual({ layer: 'environment', where: variable });
      expect(path.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], config)).toEqual(
        defaultValue,
      );
    }
  });
});

describe('generated documents', () => {
  it('has a default file that says exactly the defaults', () => {
    const { config, provenance } = loadText(defaultConfigFile());
    expect(config).toEqual(loadConfig({ env: {} }).config);
    expect([...provenance.values()].every(({ layer }) => layer === 'file')).toBe(true);
  });

  it('shows a configuration that loads again as the same', () => {
    const loaded = loadText('log: {level: warn}');
    expect(loadText(formatConfig(loaded)).config).toEqual(loaded.config);
  });

  it('lists every key and variable in the reference', () => {
    const reference = configReference();
    for (const { key, variable } of configLayout.settings) {
      expect(reference).toContain(`| \`${key}\` | \`${variable}\` |`);
    }
  });

  it('has a JSON Schema that is closed and requires nothing', () => {
    const schema = configJsonSchema() as {
      additionalProperties: boolean;
      required?: string[];
      properties: Record<string, { additionalProperties: boolean; required?: string[] }>;
    };
    expect(schema.additionalProperties).toBe(false);
    for (const each of [schema, ...Object.values(schema.properties)]) {
      expect(each.required).toBeUndefined();
      expect(each.additionalProperties).toBe(false);
    }
  });
});
