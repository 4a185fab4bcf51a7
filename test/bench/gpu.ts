import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { isSoftware } from "../../plugin/field/fused/variants.js";
import { createNodeHost } from "./nodeHost.js";
import type { BenchOptions } from "./options.js";
import { toMarkdown } from "./suite/markdown.js";
import { defaultOptions, runSuite, softwareOptions } from "./suite/suite.js";
import type { SuiteReport } from "./suite/types.js";

/**
 * The suite of speed on the machine's GPU; written to `results/`, as JSON and as a page, under the adapter's name.
 *
 * @throws if there is no adapter, or one that computes on the CPU and `software` is not set, or a decoder is no perceptron
 */
export async function benchGpu(options: BenchOptions): Promise<SuiteReport> {
    const host = await createNodeHost(options.decoders, options.usher);
    const software = isSoftware(host.device);
    if (software && !options.software) {
        throw new Error(
            `bench: ${host.adapter} computes on the CPU, so its times say nothing of a GPU; expected a GPU; run elsewhere, or add --software to see that the suite runs`,
        );
    }
    const base = software ? softwareOptions : defaultOptions;
    const report = await runSuite(host, {
        ...base,
        resolutions: options.resolutions ?? base.resolutions,
        volumeResolution: options.volumeResolution ?? base.volumeResolution,
        runCount: options.runCount ?? base.runCount,
        codeCount: options.codeCount ?? base.codeCount,
    });
    if (!software) {
        const folder = resolve(import.meta.dirname, "results");
        mkdirSync(folder, { recursive: true });
        const path = resolve(folder, fileName(report.adapter));
        writeFileSync(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
        writeFileSync(`${path}.md`, toMarkdown(report));
        console.log(`Written to ${path}.json and .md`);
    }
    console.log(toMarkdown(report));
    return report;
}

/** An adapter's name as a file may be called. */
export function fileName(adapter: string): string {
    return adapter
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-|-$/g, "");
}
