import { type ChildProcess, fork } from "node:child_process";
import type { SampleTask } from "./store.js";

type Traits = Readonly<Record<string, number>>;

/** What a process answers: traits, or why there are none. */
export type SampleAnswer = { readonly traits: Traits } | { readonly error: string };

/** A process of its own that samples shapes, one at a time. */
export class Sampler {
    // Like this process, it reads TypeScript.
    private readonly process: ChildProcess = fork(new URL("./samplerMain.ts", import.meta.url), {
        execArgv: ["--import", "tsx"],
    });

    /** @throws what the process throws, or if it ends */
    sample(task: SampleTask): Promise<Traits> {
        const { process } = this;
        return new Promise((resolve, reject) => {
            const end = (act: () => void) => {
                process.off("message", onMessage).off("exit", onExit);
                act();
            };
            const onMessage = (answer: SampleAnswer) =>
                end(() => ("traits" in answer ? resolve(answer.traits) : reject(new Error(answer.error))));
            const onExit = (code: number | null) =>
                end(() => reject(new Error(`Sampler: the process ended with ${code} at ${task.family} ${task.seed}`)));
            process.on("message", onMessage).on("exit", onExit);
            if (process.exitCode === null) process.send(task);
            else onExit(process.exitCode);
        });
    }

    close(): void {
        this.process.kill();
    }
}
