/** What a `Sampler` runs. */
import type { SampleAnswer } from "./sampler.js";
import { type SampleTask, sampleTask } from "./store.js";

process.on("message", async (task: SampleTask) => {
    const answer: SampleAnswer = await sampleTask(task).then(
        (traits) => ({ traits }),
        (error: Error) => ({ error: error.message }),
    );
    process.send?.(answer);
});
// Its parent may have been stopped.
process.on("disconnect", () => process.exit());
