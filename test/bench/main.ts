import { writeFileSync } from "node:fs";
import { benchCounters } from "./counters.js";
import { benchCpu } from "./cpu.js";
import { benchGpu } from "./gpu.js";
import type { BenchOptions } from "./options.js";

/** Runs a mode and writes its JSON. */
export async function bench(options: BenchOptions): Promise<void> {
    const run = { counters: benchCounters, cpu: benchCpu, gpu: benchGpu }[options.mode];
    const json = `${JSON.stringify(await run(options), null, 2)}\n`;
    if (options.out) {
        writeFileSync(options.out, json);
        console.log(`Written to ${options.out}`);
    } else {
        console.log(json);
    }
}
