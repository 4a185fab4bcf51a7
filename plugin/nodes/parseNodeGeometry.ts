import { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import { NodeGeometryConnectionPointCompatibilityStates } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import { GetClass } from "@babylonjs/core/Misc/typeStore.js";
import { LATENT_CONNECTION } from "./latentConnection.js";
import { shapeBlocks } from "./registerShapeBlocks.js";
import { ShapeBlockError } from "./shapeBlock.js";

const GREATEST_BLOCK_COUNT = 10_000;

type Json = Record<string, unknown>;

/**
 * A graph from its serialized form, not built yet. It reads what `NodeGeometry.Parse` reads, but refuses what that
 * would leave out without a word: blocks that nobody registered and connections that lead nowhere or carry a code into
 * something that takes none.
 *
 * @param source what `nodeGeometry.serialize()` gave, or its JSON text
 * @throws what is wrong, with the block's name
 */
export function parseNodeGeometry(source: unknown): NodeGeometry {
    const graph = copyOf(source);
    const blocks = checkBlocks(graph);
    checkConnections(blocks);
    checkCircles(blocks);
    const nodeGeometry = new NodeGeometry(typeof graph.name === "string" ? graph.name : "graph");
    try {
        nodeGeometry.parseSerializedObject(graph);
    } catch (cause) {
        throw cause instanceof ShapeBlockError
            ? cause
            : wrong(
                  `the graph can't be read (${String(cause).slice(0, 200)})`,
                  "what nodeGeometry.serialize() writes",
                  "save the graph anew",
              );
    }
    if (!(nodeGeometry.outputBlock instanceof NodeGeometryBlock)) {
        throw wrong("the graph has no output block", "outputNodeId with the id of one", "save the graph anew");
    }
    checkConnected(blocks, nodeGeometry.attachedBlocks);
    checkTypes(nodeGeometry);
    return nodeGeometry;
}

/** A copy, for the engine writes into what it reads. */
function copyOf(source: unknown): Json {
    let graph: unknown;
    try {
        graph = JSON.parse(typeof source === "string" ? source : JSON.stringify(source));
    } catch (cause) {
        throw wrong(`got no JSON (${(cause as Error).message})`, "a serialized graph", "check the file");
    }
    if (!isObject(graph)) {
        throw wrong(`got ${shown(graph)}`, "a serialized graph", "check the file");
    }
    return graph;
}

function checkBlocks(graph: Json): Json[] {
    const { blocks } = graph;
    if (!Array.isArray(blocks) || blocks.length > GREATEST_BLOCK_COUNT) {
        const received = Array.isArray(blocks) ? `got ${blocks.length} blocks` : "the graph has no list of blocks";
        throw wrong(received, `a list of up to ${GREATEST_BLOCK_COUNT}`, "check the file");
    }
    const ids = new Set<unknown>();
    for (const [place, block] of blocks.entries()) {
        if (!isObject(block) || !isPortList(block.inputs) || !isPortList(block.outputs)) {
            throw wrong(`entry ${place} is no block`, "an object with inputs and outputs", "save the graph anew");
        }
        if (ids.has(block.id)) {
            throw wrong(`two blocks have the id ${shown(block.id)}`, "one each", "save the graph anew");
        }
        ids.add(block.id);
        checkRegistered(block);
    }
    return blocks;
}

function checkRegistered(block: Json): void {
    const { customType } = block;
    const known: unknown = typeof customType === "string" ? GetClass(customType) : null;
    if (typeof known === "function" && known.prototype instanceof NodeGeometryBlock) {
        return;
    }
    const name = typeof customType === "string" ? customType.replace(/^BABYLON\./, "") : shown(customType);
    const advice = Object.hasOwn(shapeBlocks, name)
        ? 'call RegisterShapeBlocks() first, or import from "babylon-deepsdf" instead of "babylon-deepsdf/pure"'
        : "import the module that registers it, for example @babylonjs/core/Meshes/Node/Blocks";
    throw wrong(`${nameOf(block)} is a ${name.slice(0, 80)}, which is not registered`, "a known block", advice);
}

function checkConnections(blocks: readonly Json[]): void {
    const byId = new Map(blocks.map((block) => [block.id, block]));
    for (const block of blocks) {
        for (const input of block.inputs as Json[]) {
            if (input.targetBlockId === undefined && input.targetConnectionName === undefined) {
                continue;
            }
            const source = byId.get(input.targetBlockId);
            const has = (source?.outputs as Json[] | undefined)?.some(
                ({ name }) => name === input.targetConnectionName,
            );
            if (!source || !has) {
                const from = source ? nameOf(source) : `a block with the id ${shown(input.targetBlockId)}`;
                throw wrong(
                    `${nameOf(block)} takes ${shown(input.name)} from ${shown(input.targetConnectionName)} of ${from}, which is not there`,
                    "an output of the graph",
                    "connect it again",
                );
            }
        }
    }
}

/** The engine connects nothing in a circle, and nothing behind one. */
function checkCircles(blocks: readonly Json[]): void {
    const byId = new Map(blocks.map((block) => [block.id, block]));
    const before = (block: Json) =>
        [...(block.inputs as Json[]).map(({ targetBlockId }) => targetBlockId), block.entryPoint]
            .map((id) => byId.get(id))
            .filter((source) => source !== undefined);
    const left = new Map(blocks.map((block) => [block, before(block)]));

    // Take out blocks that wait for none that is left, until nothing changes.
    for (let size = -1; size !== left.size; ) {
        size = left.size;
        for (const [block, sources] of left) {
            if (!sources.some((source) => left.has(source))) {
                left.delete(block);
            }
        }
    }
    let [block] = left.keys();
    const circle: Json[] = [];
    while (block && !circle.includes(block)) {
        circle.push(block);
        block = left.get(block)?.find((source) => left.has(source)) as Json;
    }
    if (block) {
        const names = circle.slice(circle.indexOf(block)).map(({ name }) => shown(name));
        const list = names.length > 8 ? `${names.slice(0, 8).join(", ")}, …` : names.join(", ");
        throw wrong(`the blocks ${list} take values from each other`, "no circle", "cut a connection");
    }
}

/** Whatever the engine left out is an error. */
function checkConnected(entries: readonly Json[], blocks: readonly NodeGeometryBlock[]): void {
    const byId = new Map(entries.map(({ id }, place) => [id, blocks[place]]));
    for (const [place, entry] of entries.entries()) {
        for (const { targetBlockId, targetConnectionName, inputName } of entry.inputs as Json[]) {
            if (targetBlockId === undefined && targetConnectionName === undefined) {
                continue;
            }
            const connected = blocks[place].inputs.find(({ name }) => name === inputName)?.connectedPoint;
            if (connected?.ownerBlock !== byId.get(targetBlockId) || connected?.name !== targetConnectionName) {
                throw wrong(
                    `${shown(inputName)} of ${nameOf(entry)} can't be connected`,
                    "a port that is there",
                    "connect it again",
                );
            }
        }
    }
}

/** The engine connects what the file says, whatever the types. */
function checkTypes(nodeGeometry: NodeGeometry): void {
    for (const { outputs } of nodeGeometry.attachedBlocks) {
        for (const output of outputs) {
            for (const input of output.endpoints) {
                const carriesCode = output.type === LATENT_CONNECTION || input.innerType === LATENT_CONNECTION;
                const state = carriesCode ? output.checkCompatibilityState(input) : null;
                if (state === NodeGeometryConnectionPointCompatibilityStates.TypeIncompatible) {
                    throw wrong(
                        `${shown(output.name)} of ${shown(output.ownerBlock.name)} leads to ${shown(input.name)} of ${shown(input.ownerBlock.name)}`,
                        "codes to go where codes are taken, and nothing else to go there",
                        "connect it again",
                    );
                }
            }
        }
    }
}

function nameOf(block: Json): string {
    return `the block ${shown(block.name)}`;
}

/** A value of the file, whatever it is, short enough for a message. */
function shown(value: unknown): string {
    return JSON.stringify(value)?.slice(0, 80) ?? "nothing";
}

function isObject(value: unknown): value is Json {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPortList(value: unknown): value is Json[] {
    return Array.isArray(value) && value.every((port) => isObject(port) && typeof port.name === "string");
}

function wrong(received: string, expected: string, advice: string): Error {
    return new Error(`parseNodeGeometry: ${received}; expected ${expected}; ${advice}`);
}
