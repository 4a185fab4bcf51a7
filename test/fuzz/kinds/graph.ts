import "@babylonjs/core/Meshes/Node/Blocks/allBlocks.js";
import { BoxBlock } from "@babylonjs/core/Meshes/Node/Blocks/Sources/boxBlock.js";
import type { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import fc from "fast-check";
import {
    buildAsync,
    LatentAxisBlock,
    LatentCodeBlock,
    LatentInterpolateBlock,
    parseNodeGeometry,
    RegisterShapeBlocks,
    registerShapeModel,
} from "../../../plugin/nodes/index.js";
import { FakeModel } from "../../nodes/fakeModel.js";
import { decodeOf, graphOf, instanceNumber, sampleOf, scatter } from "../../nodes/graphs.js";
import { expectClearError, Finding, type FuzzKind } from "../kind.js";
import { mutatedJson, mutatedText } from "../mutateBytes.js";

RegisterShapeBlocks();
registerShapeModel("props", new FakeModel());

const encoder = new TextEncoder();
const texts: string[] = [];
for (const graph of [scattered(), mixed(), stored(), graphOf(new BoxBlock("box").geometry)]) {
    // The engine finds a graph's blocks when it builds it.
    await buildAsync(graph);
    texts.push(JSON.stringify(graph.serialize()));
}

function scattered(): NodeGeometry {
    const { graph, sample } = scatter(3);
    instanceNumber().output.connectTo(sample.seed);
    return graph;
}

function mixed(): NodeGeometry {
    const mix = new LatentInterpolateBlock("mix");
    sampleOf(1).latent.connectTo(mix.inputs[0]);
    sampleOf(2).latent.connectTo(mix.inputs[1]);
    const axis = new LatentAxisBlock("axis");
    mix.outputs[0].connectTo(axis.inputs[0]);
    return graphOf(decodeOf(axis.outputs[0]).geometry);
}

function stored(): NodeGeometry {
    const code = new LatentCodeBlock("code");
    code.value = Float32Array.of(0.25, -0.5);
    return graphOf(decodeOf(code.latent).geometry);
}

/** Node Geometry graphs as levels load them. */
export const graphKind: FuzzKind = {
    name: "graph",
    sound: texts.map((text) => encoder.encode(text)),
    inputs: fc.oneof(mutatedText(texts), mutatedJson(texts), mutatedJson(texts)).map((text) => encoder.encode(text)),
    async run(input) {
        let first: Built;
        try {
            first = await built(parseNodeGeometry(new TextDecoder().decode(input)));
        } catch (error) {
            expectClearError(error, /./);
            return "refused";
        }
        // Saved, loaded and built again it is the same shape.
        const second = await built(parseNodeGeometry(first.saved)).catch((error: Error) => {
            throw new Finding(`a graph that was built is refused after saving: ${error.message}`);
        });
        const isSame =
            first.positions.length === second.positions.length &&
            first.indices.length === second.indices.length &&
            first.positions.every((value, i) => Object.is(value, second.positions[i]));
        if (!isSame && first.isRepeatable) {
            throw new Finding(`${first.positions.length} numbers, after saving ${second.positions.length}`);
        }
        return isSame ? "checked" : "plausible";
    },
};

interface Built {
    positions: ArrayLike<number> & { every(test: (value: number, i: number) => boolean): boolean };
    indices: ArrayLike<number>;
    saved: string;
    /** No block of the engine draws random numbers without a seed. */
    isRepeatable: boolean;
}

async function built(graph: NodeGeometry): Promise<Built> {
    await buildAsync(graph);
    const { positions, indices } = graph.vertexData ?? {};
    const count = (positions?.length ?? 0) / 3;
    if (!Number.isInteger(count) || Array.from(indices ?? []).some((index) => !(index >= 0 && index < count))) {
        throw new Finding(`a build of ${count} vertices with indices beyond them`);
    }
    return {
        positions: positions ?? [],
        indices: indices ?? [],
        saved: JSON.stringify(graph.serialize()),
        isRepeatable: !graph.attachedBlocks.some((block) => /Random|Noise/.test(block.getClassName())),
    };
}
