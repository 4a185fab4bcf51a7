import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

const ROOT = join(import.meta.dirname, "../..");
const VITE = join(ROOT, "node_modules/vite/bin/vite.js");

declare module "vitest" {
    interface ProvidedContext {
        /** Folder of the demo as it ships. */
        demo: string;
    }
}

/** Builds all scenes as `npm run build:demo` does. @returns a new folder; whoever asks for it removes it */
export async function buildDemoAsync(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "deepsdf-demo-"));
    // A process of its own: vitest's environment would make it a build for tests.
    const { NODE_ENV: _, ...env } = process.env;
    const options = ["build", "--outDir", folder, "--emptyOutDir", "--logLevel", "error"];
    await promisify(execFile)(process.execPath, [VITE, ...options], { cwd: ROOT, env });
    return folder;
}

/** Vitest calls this before the first test of a page; all files of tests share the build. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
    const folder = await buildDemoAsync();
    provide("demo", folder);
    return () => rmSync(folder, { recursive: true, force: true });
}
