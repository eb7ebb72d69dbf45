import { defineConfig } from 'vitest/config';

// Passed on to Node as --conditions: `import` among them would give `require` of a dual package its ESM namespace.
const conditions = ['source', 'node'];

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  resolve: { conditions },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: false,
    exclude: ['**/dist/**', '**/node_modules/**'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['**/*.unit.test.ts'], testTimeout: 10_000 } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['**/*.int.test.ts'],
          globalSetup: ['shared/testing/src/run-broker.setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'end to end',
          include: ['e2e/**/*.e2e.test.ts'],
          globalSetup: ['shared/testing/src/run-broker.setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
