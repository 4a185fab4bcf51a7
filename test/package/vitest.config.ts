import { defineConfig } from "vitest/config";

/** `npm run test:package`: the built package in projects of others; needs the registry for Vite, webpack and Babylon. */
export default defineConfig({
    test: { name: "package", include: ["test/package/*.consumer.ts"], testTimeout: 900_000, hookTimeout: 900_000 },
});
