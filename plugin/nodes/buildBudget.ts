import type { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import type { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";

/** Ports of the engine's blocks that say how much work there is, with the most a graph may ask of them. */
const GREATEST_VALUES: Readonly<Record<string, number>> = {
    count: 100_000,
    gridSize: 256,
    octaves: 16,
    segments: 512,
    subdivisions: 512,
    subdivisionsX: 512,
    subdivisionsY: 512,
    subdivisionsZ: 512,
    tessellation: 4096,
};
const GREATEST_INSTANCE_COUNT = 100_000;
const GREATEST_VERTEX_COUNT = 8_000_000;
const GREATEST_EVALUATION_COUNT = 20_000_000;

/** What a graph may ask for: more of it would not end, or not fit. */
export class BuildBudget {
    private readonly watched = new Map<NodeGeometryConnectionPoint, Evaluate>();
    private instanceCount = 0;
    private vertexCount = 0;
    private evaluationCount = 0;

    /** Looks at a block's inputs before it is built: the engine's sources make their vertices right then. */
    checkInputs(block: NodeGeometryBlock, state: NodeGeometryBuildState): void {
        for (const input of block.inputs) {
            if (input.name in GREATEST_VALUES && !input.connectedPoint?._storedFunction) {
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
            const sizes = output.endpoints.filter(({ name }) => name in GREATEST_VALUES);
            const subdivided = output.endpoints.filter(
                ({ name, ownerBlock }) => name === "geometry" && ownerBlock.getClassName() === "SubdivideBlock",
            );
            this.watched.set(output, evaluate);
            output._storedFunction = (state) => {
                this.evaluationCount = spend("values", this.evaluationCount + 1, GREATEST_EVALUATION_COUNT);
                const value = evaluate(state);
                for (const input of sizes) {
                    checkSize(input, value);
                }
                for (const { ownerBlock } of subdivided) {
                    checkSubdivision(ownerBlock, value, state);
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
        this.instanceCount = spend("instances", this.instanceCount + 1, GREATEST_INSTANCE_COUNT);
        this.addVertices(vertexCountOf(instance));
    }

    /** Vertices that the build will hold though the rehearsal does not. */
    addVertices(count: number): void {
        this.vertexCount = spend("vertices", this.vertexCount + count, GREATEST_VERTEX_COUNT);
    }
}

type Evaluate = (state: NodeGeometryBuildState) => unknown;

function spend(what: string, count: number, greatest: number): number {
    if (count > greatest) {
        throw new Error(
            `node geometry: the graph asks for more than ${greatest} ${what}; expected at most that; lower the counts of its instances or their resolution`,
        );
    }
    return count;
}

function checkSize(input: NodeGeometryConnectionPoint, value: unknown): void {
    const greatest = GREATEST_VALUES[input.name];
    if (value === undefined || value === null || (typeof value === "number" && value <= greatest)) {
        return;
    }
    throw tooMuch(input.ownerBlock, input.name, value, greatest);
}

/** Each level makes four triangles of one. */
function checkSubdivision(block: NodeGeometryBlock, geometry: unknown, state: NodeGeometryBuildState): void {
    const level: unknown = block.getInputByName("level")?.getConnectedValue(state);
    const triangles = ((geometry as VertexData | null)?.indices?.length ?? 0) / 3;
    const greatest = Math.floor(Math.log2(GREATEST_VERTEX_COUNT / Math.max(1, triangles)) / 2);
    if (typeof level !== "number" || !(level <= greatest)) {
        throw tooMuch(block, "level", level, greatest);
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
