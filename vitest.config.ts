import { defineConfig } from 'vitest/config';

// Packages resolve to their TypeScript sources, so that tests need no build; others as Node resolves them.
const conditions = ['opwright-source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'examples/*/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Test files share the modules of their worker: loading them once instead of per file makes the run five times faster.
    isolate: false,
    testTimeout: 20_000,
  },
});
