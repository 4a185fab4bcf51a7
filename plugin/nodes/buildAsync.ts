import type { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { GraphPreparation } from "./preparation.js";

/** A build under way, and how many callers wait for it. */
interface Build {
    readonly done: Promise<void>;
    callerCount: number;
}

const builds = new WeakMap<NodeGeometry, Build>();

/** Builds that other blocks of the graph may hold up, one after the other. */
const GREATEST_TRY = 8;

/**
 * Builds a graph, whatever it has to wait for. Calls while one is waiting are answered by the same build, which takes
 * the graph as it is at the end.
 *
 * @returns when `nodeGeometry.vertexData` and `createMesh` have the result
 * @throws what is wrong with the graph, with the block's name, or the signal's reason
 */
export function buildAsync(nodeGeometry: NodeGeometry, options: { signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options;
    if (signal?.aborted) {
        return Promise.reject(signal.reason);
    }
    const { outputBlock } = nodeGeometry;
    if (!outputBlock) {
        return Promise.reject(
            new Error(
                `buildAsync: the graph "${nodeGeometry.name}" has no output block; expected one; set nodeGeometry.outputBlock`,
            ),
        );
    }
    const preparation = GraphPreparation.Of(outputBlock);
    let build = builds.get(nodeGeometry);
    if (build) {
        preparation.noteChange();
    } else {
        const done = buildOnceAsync(nodeGeometry).finally(() => builds.delete(nodeGeometry));
        build = { done, callerCount: 0 };
        builds.set(nodeGeometry, build);
    }
    const { done } = build;
    build.callerCount++;
    return new Promise((resolve, reject) => {
        const abort = () => {
            reject(signal?.reason);
            if (build && --build.callerCount === 0) {
                preparation.cancel(signal?.reason);
            }
        };
        signal?.addEventListener("abort", abort, { once: true });
        done.then(resolve, reject).finally(() => signal?.removeEventListener("abort", abort));
    });
}

async function buildOnceAsync(nodeGeometry: NodeGeometry): Promise<void> {
    for (let tries = 0; tries < GREATEST_TRY; tries++) {
        const { outputBlock } = nodeGeometry;
        if (!outputBlock) {
            break;
        }
        try {
            let built = false;
            const observer = nodeGeometry.onBuildObservable.addOnce(() => {
                built = true;
            });
            await GraphPreparation.Of(outputBlock)
                .buildAsync(() => nodeGeometry.build())
                .finally(() => observer.remove());
            if (built) {
                return;
            }
        } catch (cause) {
            // The engine throws texts.
            throw cause instanceof Error ? cause : new Error(String(cause).trim());
        }
    }
    throw new Error(
        `buildAsync: the graph "${nodeGeometry.name}" is never ready; expected its blocks to settle; look for one that keeps loading`,
    );
}
