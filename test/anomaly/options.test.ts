import { expect, it } from 'vitest';
import { defaultAnomalyOptions } from '../../src/anomaly/index.ts';
import { loadConfig } from '../../src/config/index.ts';

it("has the configuration's defaults", () => {
  const { organisationKey, ...configured } = loadConfig({ env: {} }).config.anomaly;
  expect(organisationKey).toBeNull();
  expect(defaultAnomalyOptions).toMatchObject(configured);
});
