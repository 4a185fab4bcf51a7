/** `npm test`: a browser first, then every test in Node and in Chromium, then one closing line with the counts. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { ensureBrowser } from "./browser.mjs";

const report = ".cache/test-report.json";
mkdirSync(".cache", { recursive: true });
rmSync(report, { force: true });

let browser;
try {
    browser = ensureBrowser();
} catch (error) {
    console.error(error.message);
    process.exit(1);
}

const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json"];
const { status } = spawnSync(process.execPath, [...vitest, `--outputFile.json=${report}`, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, BROWSER_EXECUTABLE: browser },
});

try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
    console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
} catch {
    console.error("The test runner left no report");
}
process.exit(status ?? 1);
