import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { familiesNamed } from "./families/index.js";
import { type MeshList, MeshSource } from "./meshes/meshSource.js";
import { userPath } from "./options.js";
import { FamilySource, type ShapeSource } from "./shapes.js";
import type { Recipe, TrainerState } from "./trainer.js";

/** A run between two steps, with all that is needed to go on. */
export interface Checkpoint {
    readonly recipe: Recipe;
    readonly families: readonly string[];
    readonly shapesPerFamily: number;
    readonly samplesPerShape: number;
    /** Samples that the run it started from had seen; 0 without one. */
    readonly samplesBefore: number;
    /** Where its shapes came from, if not from the families; `shapesPerFamily` says nothing then. */
    readonly meshes?: MeshList;
    readonly backend: string;
    /** Time spent training, in all of the run's parts. */
    readonly seconds: number;
    readonly state: TrainerState;
}

/** Where a run's checkpoint lies: under training/runs, unless the name is a path. */
export function runFolder(name: string): string {
    if (name.includes("/")) return userPath(name);
    return join(import.meta.dirname, "runs", name);
}

/**
 * Writes whole or not at all: one that was there stays as it is until then.
 *
 * @throws if it cannot be written
 */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
    const part = `${path}.part`;
    try {
        writeFileSync(part, serialize(checkpoint));
        renameSync(part, path);
    } catch (cause) {
        rmSync(part, { force: true, recursive: true });
        const last = existsSync(path) ? "the last one is as it was" : "there is none before it";
        throw new Error(
            `writeCheckpoint: ${path} cannot be written (${(cause as Error).message}); expected room and permission for it; ` +
                `${last}; make room, then go on with --resume`,
            { cause },
        );
    }
}

/** @throws if there is none */
export function readCheckpoint(path: string): Checkpoint {
    if (!existsSync(path)) {
        throw new Error(`readCheckpoint: no file ${path}; name a run that has been trained`);
    }
    return deserialize(readFileSync(path)) as Checkpoint;
}

/** The shapes of a run. */
export function sourceOf(
    run: Pick<Checkpoint, "families" | "shapesPerFamily" | "samplesPerShape" | "meshes">,
): ShapeSource {
    if (run.meshes) return new MeshSource(run.meshes);
    return new FamilySource(familiesNamed(run.families), run.shapesPerFamily, run.samplesPerShape);
}

/** Samples seen up to a checkpoint, those of the run it started from included. */
export function samplesSeen({ state, recipe, samplesBefore }: Checkpoint): number {
    return (samplesBefore ?? 0) + state.step * recipe.shapesPerStep * recipe.pointsPerShape;
}
