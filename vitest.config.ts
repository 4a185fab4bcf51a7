import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findBrowser, SOFTWARE_WEBGPU_FLAGS } from "./test/browser.mjs";

const alias = { "babylon-deepsdf": resolve(import.meta.dirname, "plugin/index.ts") };

/** Tests that run in a page, and tests that must give the same bits in Node and in a page. */
const inBrowser = ["test/**/*.browser.test.ts", "test/**/*.shared.test.ts"];

export default defineConfig({
    test: {
        projects: [
            {
                resolve: { alias },
                test: {
                    name: "node",
                    include: ["test/**/*.test.ts"],
                    exclude: ["test/**/*.browser.test.ts", "test/**/*.page.test.ts"],
                    testTimeout: 120_000,
                    hookTimeout: 60_000,
                    // By itself a machine of two cores would run one file at a time.
                    maxWorkers: Math.max(2, availableParallelism() - 1),
                    sequence: { groupOrder: 0 },
                },
            },
            {
                resolve: { alias },
                test: {
                    // Scenes of the demo, used as a person does; two browsers at a time, each waits half of it.
                    name: "pages",
                    include: ["test/**/*.page.test.ts"],
                    testTimeout: 120_000,
                    maxWorkers: 2,
                    globalSetup: "test/demo/buildDemo.ts",
                    sequence: { groupOrder: 2 },
                },
            },
            {
                resolve: { alias },
                publicDir: resolve(import.meta.dirname, "models"),
                optimizeDeps: {
                    // All that tests reach, found before the first page: a later find would reload it.
                    entries: [...inBrowser, "plugin/index.ts", "demo/**/*.ts"],
                    exclude: ["onnxruntime-web"],
                    include: ["@bufbuild/protobuf", "@bufbuild/protobuf/codegenv2", "vitest > expect-type"],
                },
                test: {
                    name: "chromium",
                    include: inBrowser,
                    testTimeout: 120_000,
                    // One page at a time: the software adapter takes a whole core.
                    fileParallelism: false,
                    sequence: { groupOrder: 1 },
                    browser: {
                        enabled: true,
                        headless: true,
                        // Dependencies are bundled before the first page, which a busy machine takes long for.
                        connectTimeout: 300_000,
                        screenshotFailures: false,
                        provider: playwright({
                            launchOptions: {
                                executablePath: findBrowser() ?? undefined,
                                args: SOFTWARE_WEBGPU_FLAGS,
                            },
                        }),
                        instances: [{ browser: "chromium" }],
                    },
                },
            },
        ],
    },
});
