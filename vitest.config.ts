import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    testTimeout: 10_000,
    hookTimeout: 10_000,
    coverage: {
      provider: 'v8',
      include: ['src/handles/**/*.ts', 'src/jobs/**/*.ts'],
      reporter: ['text', 'html'],
      thresholds: { branches: 95 },
    },
  },
});
