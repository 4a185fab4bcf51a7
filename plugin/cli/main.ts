#!/usr/bin/env node
import { BAKE_HELP, bake } from "./bake.js";
import { COMPLETE_HELP, complete } from "./complete.js";
import { UserError } from "./userError.js";

const [command, ...args] = process.argv.slice(2);

async function run(): Promise<void> {
    if (command === "bake") {
        await bake(args);
    } else if (command === "complete") {
        await complete(args);
    } else if (command === undefined || command === "--help" || command === "help") {
        console.log(`${BAKE_HELP}\n\n${COMPLETE_HELP}`);
    } else {
        throw new UserError(`got command "${command}"; expected bake or complete; see babylon-deepsdf --help`);
    }
}

run().then(
    // onnxruntime's threads would keep the process alive.
    () => process.exit(0),
    (error: unknown) => {
        const isMistake = error instanceof UserError;
        const message =
            error instanceof Error ? (isMistake ? error.message : (error.stack ?? error.message)) : String(error);
        console.error(`babylon-deepsdf: ${message.split("\n").join(isMistake ? " " : "\n")}`);
        process.exit(isMistake ? 2 : 1);
    },
);
