import type { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { InstantiateOnVerticesBlock } from "@babylonjs/core/Meshes/Node/Blocks/Instances/instantiateOnVerticesBlock.pure.js";
import { SubdivideBlock } from "@babylonjs/core/Meshes/Node/Blocks/subdivideBlock.pure.js";
import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";

/**
 * The most that a graph may ask for; more of it would not end, or not fit. Raise a limit for graphs you trust.
 *
 * `vertices` counts those of all instances, `values` each time a block is asked for one.
 */
export const graphLimits = { instances: 50_000, vertices: 4_000_000, values: 10_000_000 };

/** Ports of the engine's blocks that say how much work there is, with the most a graph may ask of them. */
const GREATEST_VALUES: Readonly<Record<string, number>> = {
    gridSize: 256,
    octaves: 16,
    segments: 512,
    subdivisions: 512,
    subdivisionsX: 512,
    subdivisionsY: 512,
    subdivisionsZ: 512,
    tessellation: 4096,
};
/** The engine compares each two of them where it is to leave out duplicates. */
const GREATEST_COMPARED_COUNT = 50_000;

/** Counts what a graph asks for while it is rehearsed, and refuses more than `graphLimits`. */
export class BuildBudget {
    private readonly watched = new Map<NodeGeometryConnectionPoint, Evaluate>();
    private instanceCount = 0;
    private vertexCount = 0;
    private evaluationCount = 0;

    /** Looks at a block's inputs before it is built: the engine's sources make their vertices right then. */
    checkInputs(block: NodeGeometryBlock, state: NodeGeometryBuildState): void {
        for (const input of block.inputs) {
            if (greatestOf(input) !== undefined && !input.connectedPoint?._storedFunction) {
                checkSize(input, input.getConnectedValue(state));
            }
        }
    }

    /** Counts how often a block's values are asked for, and looks at those that say how much work there is. */
    watchOutputs(block: NodeGeometryBlock): void {
        for (const output of block.outputs) {
            const evaluate = output._storedFunction;
            if (!evaluate) {
                continue;
            }
            const sizes = output.endpoints.filter((input) => greatestOf(input) !== undefined);
            const readers = output.endpoints.filter(({ name }) => name === "geometry");
            this.watched.set(output, evaluate);
            output._storedFunction = (state) => {
                this.evaluationCount = spend("values", this.evaluationCount + 1);
                const value = evaluate(state);
                for (const input of sizes) {
                    checkSize(input, value);
                }
                for (const { ownerBlock } of readers) {
                    checkReader(ownerBlock, value, state);
                }
                return value;
            };
        }
    }

    /** Gives outputs their own functions back. */
    stopWatching(): void {
        for (const [output, evaluate] of this.watched) {
            output._storedFunction = evaluate;
        }
        this.watched.clear();
    }

    instantiate(instance: VertexData): void {
        this.instanceCount = spend("instances", this.instanceCount + 1);
        this.addVertices(vertexCountOf(instance));
    }

    /** Vertices that the build will hold though the rehearsal does not. */
    addVertices(count: number): void {
        this.vertexCount = spend("vertices", this.vertexCount + count);
    }
}

type Evaluate = (state: NodeGeometryBuildState) => unknown;

function spend(what: keyof typeof graphLimits, count: number): number {
    if (count > graphLimits[what]) {
        throw new Error(
            `node geometry: the graph asks for more than ${graphLimits[what]} ${what}; expected at most that; lower its counts and resolutions, or raise graphLimits.${what}`,
        );
    }
    return count;
}

function greatestOf({ name }: NodeGeometryConnectionPoint): number | undefined {
    return name === "count" ? graphLimits.instances : GREATEST_VALUES[name];
}

function checkSize(input: NodeGeometryConnectionPoint, value: unknown): void {
    const greatest = greatestOf(input) ?? 0;
    if (value === undefined || value === null || (typeof value === "number" && value <= greatest)) {
        return;
    }
    throw tooMuch(input.ownerBlock, input.name, value, greatest);
}

/** Blocks whose work grows faster than what comes in. */
function checkReader(block: NodeGeometryBlock, geometry: unknown, state: NodeGeometryBuildState): void {
    const { positions, indices } = (geometry ?? {}) as Partial<VertexData>;
    if (block instanceof SubdivideBlock) {
        // Each level makes four triangles of one.
        const triangleCount = Math.max(1, (indices?.length ?? 0) / 3);
        const greatest = Math.floor(Math.log2(graphLimits.vertices / triangleCount) / 2);
        const level: unknown = block.level.getConnectedValue(state);
        if (typeof level !== "number" || !(level <= greatest)) {
            throw tooMuch(block, "level", level, greatest);
        }
    }
    if (block instanceof InstantiateOnVerticesBlock && block.removeDuplicatedPositions) {
        const count = (positions?.length ?? 0) / 3;
        if (count > GREATEST_COMPARED_COUNT) {
            throw new Error(
                `${block.getClassName()} "${block.name}": got ${count} vertices to compare with each other; expected at most ${GREATEST_COMPARED_COUNT}; turn removeDuplicatedPositions off`,
            );
        }
    }
}

function tooMuch(block: NodeGeometryBlock, port: string, value: unknown, greatest: number): Error {
    return new Error(
        `${block.getClassName()} "${block.name}": port "${port}" got ${typeof value === "number" ? value : `a ${typeof value}`}; expected a number up to ${greatest}; give a smaller one`,
    );
}

export function vertexCountOf(geometry: VertexData): number {
    return (geometry.positions?.length ?? 0) / 3;
}
