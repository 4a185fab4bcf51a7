import fc from "fast-check";
import { OnnxRuntimeField } from "../../../plugin/field/onnxRuntime/onnxRuntimeField.js";
import { ReferenceField } from "../../../plugin/field/referenceField.js";
import { WasmField } from "../../../plugin/field/wasm/wasmField.js";
import { checkPerceptron } from "../../../plugin/model/checkPerceptron.js";
import { type Decoder, type Perceptron, readDecoder, writeDecoder } from "../../../plugin/model/index.js";
import { extractSurfaceAsync } from "../../../plugin/surface/cpu/extractSurface.js";
import { build } from "../../model/exporterParts.js";
import { inputVariants } from "../../model/inputVariants.js";
import { layerVariants } from "../../model/layerVariants.js";
import { runDecoder } from "../../model/runDecoder.js";
import { someMetadata } from "../../model/someMetadata.js";
import { octahedronFile } from "../../support/decoders.js";
import { randomCode, randomPerceptron, randomPoints } from "../../support/perceptrons.js";
import { topologyOf } from "../../support/topology.js";
import { inDoubles } from "../inDoubles.js";
import { expectClearError, Finding, type FuzzKind, type Outcome } from "../kind.js";
import { mutatedBytes } from "../mutateBytes.js";
import { mutatedGraphs } from "../mutateGraph.js";
import { roundingOf } from "../roundingOf.js";

const POINTS = randomPoints(24);
const ERRORS = /^(readDecoder|OnnxRuntimeField\.CreateAsync|evaluateAsync|evaluateGradientAsync|extractSurface): /;
/** Floats of 24 bits; sums run in another order in each runtime. */
const ROUNDING = 2 ** -23;
/** From here on a float overflows in one runtime and not in another. */
const HUGE = 1e30;

const files = [
    octahedronFile(),
    writeDecoder(randomPerceptron({ width: 4, depth: 3, latentSize: 2 }), someMetadata(2)),
    ...Object.values({ ...inputVariants, ...layerVariants })
        .filter(({ options }) => options === undefined)
        .map(build),
];

/** Decoder files, changed as bytes or as graphs. */
export const decoderKind: FuzzKind = {
    name: "decoder",
    sound: files,
    inputs: fc.oneof(mutatedBytes(files), mutatedGraphs(files)),
    async run(input) {
        let decoder: Decoder;
        try {
            decoder = readDecoder(input, { name: "props.onnx" });
        } catch (error) {
            expectClearError(error, ERRORS);
            return "refused";
        }
        const { perceptron, notPerceptronReason } = decoder;
        if ((perceptron === null) !== (notPerceptronReason !== null)) {
            throw new Finding("a decoder needs a perceptron or a reason why it has none");
        }
        return perceptron ? checkPerceptronResult(decoder, perceptron) : runForeign(decoder);
    },
};

async function checkPerceptronResult(decoder: Decoder, perceptron: Perceptron): Promise<Outcome> {
    checkPerceptron("fuzz", perceptron, "float32");
    const latent = randomCode(decoder.latentSize);
    const field = new ReferenceField(perceptron);
    const distances = await field.evaluateAsync(latent, POINTS);
    await checkSurface(decoder, field, latent);
    const bounds = distances.map((_, n) => {
        const { bound, largest } = roundingOf(perceptron, latent, POINTS.subarray(3 * n, 3 * n + 3));
        return largest < HUGE ? 1e-6 + ROUNDING * bound : Number.POSITIVE_INFINITY;
    });
    await checkKernels(perceptron, latent, distances, bounds);

    // The file itself, on a runtime that knows nothing of ours; where that refuses it, what we write of it.
    let outcome: Outcome = "checked";
    const others = await runDecoder(decoder, latent, POINTS).catch(async () => {
        outcome = "plausible";
        const own = readDecoder(writeDecoder(perceptron, null));
        return runDecoder(own, latent, POINTS);
    });
    if (others.length !== distances.length) {
        throw new Finding(`${distances.length} distances here, ${others.length} on onnxruntime`);
    }
    if (furthestApart(distances, others, bounds) === -1) {
        return outcome;
    }
    // Weights that overflow or cancel in floats; folding is done in doubles here. In doubles the two have to agree.
    const precise = await runDecoder({ ...decoder, bytes: inDoubles(decoder.bytes) }, latent, POINTS, "float64");
    const n = furthestApart(distances, precise, bounds);
    if (n !== -1) {
        throw new Finding(
            `distance ${distances[n]} here, ${others[n]} on onnxruntime, ${precise[n]} there in doubles; rounding explains ${bounds[n]}`,
        );
    }
    return outcome;
}

/** Our kernels on the CPU give what the reference gives. */
async function checkKernels(
    perceptron: Perceptron,
    latent: Float32Array,
    distances: Float32Array,
    bounds: Float32Array,
): Promise<void> {
    const field = await WasmField.CreateAsync(perceptron, { threads: 0 });
    const others = await field.evaluateAsync(latent, POINTS);
    field.dispose();
    const n = furthestApart(distances, others, bounds);
    if (n !== -1) {
        throw new Finding(`distance ${distances[n]} here, ${others[n]} by our kernels; rounding explains ${bounds[n]}`);
    }
}

/** Index of a distance that differs by more than its bound, or -1; what is not finite there is not compared. */
function furthestApart(distances: Float32Array, others: ArrayLike<number>, bounds: Float32Array): number {
    return distances.findIndex(
        (distance, n) => Number.isFinite(others[n]) && !(Math.abs(distance - others[n]) <= bounds[n]),
    );
}

/** What onnxruntime alone can run: as many distances as points, or an error. */
async function runForeign(decoder: Decoder): Promise<Outcome> {
    let field: OnnxRuntimeField | null = null;
    try {
        field = await OnnxRuntimeField.CreateAsync(decoder);
        const latent = randomCode(decoder.latentSize);
        const distances = await field.evaluateAsync(latent, POINTS);
        const others = await runDecoder(decoder, latent, POINTS);
        const isSame = others.length === distances.length && distances.every((d, n) => Object.is(d, others[n]));
        if (!isSame) {
            throw new Finding(
                `the field has ${distances.slice(0, 4)}…, the graph gives ${others.length}: ${others.slice(0, 4)}…`,
            );
        }
        return "plausible";
    } catch (error) {
        if (error instanceof Finding) throw error;
        expectClearError(error, ERRORS);
        return "refused";
    } finally {
        field?.dispose();
    }
}

async function checkSurface(decoder: Decoder, field: ReferenceField, latent: Float32Array): Promise<void> {
    let mesh: Awaited<ReturnType<typeof extractSurfaceAsync>>["mesh"];
    try {
        ({ mesh } = await extractSurfaceAsync(field, latent, decoder, { resolution: 6 }));
    } catch (error) {
        expectClearError(error, ERRORS);
        return;
    }
    const { positions, normals, indices } = mesh;
    const { danglingIndices, crowdedEdges } = topologyOf(positions, indices);
    if (
        danglingIndices > 0 ||
        crowdedEdges > 0 ||
        !positions.every(Number.isFinite) ||
        !normals.every(Number.isFinite)
    ) {
        throw new Finding(
            `a mesh with ${danglingIndices} dangling indices, ${crowdedEdges} crowded edges or no numbers`,
        );
    }
}
