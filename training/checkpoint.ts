import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import type { Recipe, TrainerState } from "./trainer.js";

export interface Checkpoint {
    readonly recipe: Recipe;
    readonly families: readonly string[];
    readonly shapesPerFamily: number;
    readonly samplesPerShape: number;
    readonly backend: string;
    /** Time spent training, in all of the run's parts. */
    readonly seconds: number;
    readonly state: TrainerState;
}

/** Writes whole or not at all. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
    writeFileSync(`${path}.part`, serialize(checkpoint));
    renameSync(`${path}.part`, path);
}

/** @throws if there is none */
export function readCheckpoint(path: string): Checkpoint {
    if (!existsSync(path)) {
        throw new Error(`readCheckpoint: no file ${path}; name a checkpoint that a training wrote`);
    }
    return deserialize(readFileSync(path)) as Checkpoint;
}
