import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/windows/live/**', 'test/faults/**'],
    testTimeout: 30_000,
    pool: 'forks',
  },
});
