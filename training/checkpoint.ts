import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Recipe, TrainerState } from "./trainer.js";

/** A run between two steps, with all that is needed to go on. */
export interface Checkpoint {
    readonly recipe: Recipe;
    readonly families: readonly string[];
    readonly shapesPerFamily: number;
    readonly samplesPerShape: number;
    /** Samples that the run it started from had seen; 0 without one. */
    readonly samplesBefore: number;
    readonly backend: string;
    /** Time spent training, in all of the run's parts. */
    readonly seconds: number;
    readonly state: TrainerState;
}

/** Where a run's checkpoint lies. */
export function runFolder(name: string): string {
    return join(import.meta.dirname, "runs", name);
}

/** Writes whole or not at all. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
    writeFileSync(`${path}.part`, serialize(checkpoint));
    renameSync(`${path}.part`, path);
}

/** @throws if there is none */
export function readCheckpoint(path: string): Checkpoint {
    if (!existsSync(path)) {
        throw new Error(`readCheckpoint: no file ${path}; name a run that has been trained`);
    }
    return deserialize(readFileSync(path)) as Checkpoint;
}

/** Samples seen up to a checkpoint, those of the run it started from included. */
export function samplesSeen({ state, recipe, samplesBefore }: Checkpoint): number {
    return (samplesBefore ?? 0) + state.step * recipe.shapesPerStep * recipe.pointsPerShape;
}
