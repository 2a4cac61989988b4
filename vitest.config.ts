import { defineConfig } from "vitest/config";

/** One project per grade of test; what each grade proves is said in tests/README.md. */
const grade = (name: string, overrides: { testTimeout?: number; fileParallelism?: boolean } = {}) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: overrides.testTimeout ?? 20_000,
    hookTimeout: overrides.testTimeout ?? 20_000,
    fileParallelism: overrides.fileParallelism ?? true,
  },
});

export default defineConfig({
  test: {
    projects: [
      grade("unit"),
      grade("property", { testTimeout: 60_000 }),
      grade("components", { testTimeout: 60_000 }),
      grade("docs"),
      grade("conformance", { testTimeout: 60_000, fileParallelism: false }),
      grade("emulator", { testTimeout: 60_000, fileParallelism: false }),
      grade("integration", { testTimeout: 300_000, fileParallelism: false }),
    ],
  },
});
