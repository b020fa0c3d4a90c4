import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/windows/**', 'test/faults/**'],
    testTimeout: 30_000,
    pool: 'forks',
  },
});
