import { MAX_LATENT_SIZE } from "./checkPerceptron.js";
import type { Bounds, Decoder, DecoderInputs, DecoderMetadata } from "./decoder.js";
import { isFloatType } from "./foldConstants.js";
import { type Graph, type GraphInput, openGraph } from "./graph.js";
import { decodeMetadata } from "./metadata.js";
import { BrokenGraph, problem, quote } from "./problem.js";
import { elementTypeName, GREATEST_COUNT } from "./tensor.js";
import { toPerceptron } from "./toPerceptron.js";
import { METADATA_KEY } from "./writeDecoder.js";

export interface ReadDecoderOptions {
    /** The file's name, for messages; "the decoder" unless given. */
    name?: string;
    /** Length of a code, for graphs that do not say. */
    latentSize?: number;
    /** Which comes first in a single input [N, latentSize + 3]; the code unless given, as in DeepSDF's own code. */
    inputOrder?: "latent-first" | "points-first";
    /** Where the field is meaningful, model units; the file's, or else [-1, 1]³. */
    bounds?: Bounds;
    /** Up to where distances are reliable, model units; the file's, or else 0.1. */
    clampDistance?: number;
    /** Refuse larger files; 2³⁰ unless given. */
    maxBytes?: number;
    /**
     * Refuse files of more weights, and graphs that make a value of more numbers out of them; those whose reading
     * takes more in all are no perceptrons. 2²⁷ unless given.
     */
    maxWeights?: number;
    /** Refuse graphs that only onnxruntime could run, whose memory and time nobody can bound; off unless given. */
    perceptronOnly?: boolean;
}

/** Unless the options say otherwise. */
export const DEFAULT_MAX_BYTES = 2 ** 30;

const DEFAULT_BOUNDS: Bounds = { min: [-1, -1, -1], max: [1, 1, 1] };
const DEFAULT_CLAMP_DISTANCE = 0.1;

/**
 * A decoder out of the bytes of an ONNX file: our own with metadata, or a foreign one as PyTorch and others export it.
 *
 * The bytes are kept, not copied; do not change them.
 *
 * @throws an error fit for the user if the bytes are no ONNX file, the graph is unsound, its inputs are not a code and
 *   points, or what the options say contradicts it
 */
export function readDecoder(bytes: Uint8Array, options: ReadDecoderOptions = {}): Decoder {
    const parts = readInParts(bytes, options);
    for (;;) {
        const part = parts.next();
        if (part.done) return part.value;
    }
}

/** As `readDecoder`, with the thread free for others between the parts of the work. */
export async function readDecoderAsync(bytes: Uint8Array, options: ReadDecoderOptions = {}): Promise<Decoder> {
    const parts = readInParts(bytes, options);
    for (;;) {
        const part = parts.next();
        if (part.done) return part.value;
        await new Promise((proceed) => setTimeout(proceed));
    }
}

function* readInParts(bytes: Uint8Array, options: ReadDecoderOptions): Generator<void, Decoder> {
    const { name = "the decoder" } = options;
    checkOptions(options, name);
    const { maxBytes = DEFAULT_MAX_BYTES, maxWeights = GREATEST_COUNT, perceptronOnly = false } = options;
    if (bytes.length > maxBytes) {
        throw problem(
            "readDecoder",
            `${name} has ${bytes.length} bytes`,
            `expected at most ${maxBytes}`,
            "check that it is a decoder, or raise options.maxBytes",
        );
    }
    // A view of no subclass: the slices of a Node Buffer are no copies.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const graph = openGraph(plain, name, maxWeights);
    const { inputs, latentSize: bySize } = findInputs(graph, options, name);
    yield;
    const text = graph.properties.get(METADATA_KEY);
    const metadata: DecoderMetadata | null =
        text === undefined ? null : explained(() => decodeMetadata(text, bySize, name), name);
    const latentSize = bySize ?? metadata?.latentSize ?? options.latentSize;
    if (latentSize === undefined) {
        throw problem(
            "readDecoder",
            `${name} does not say how long its codes are`,
            "expected the length in the graph's input",
            "give options.latentSize",
        );
    }
    if (options.latentSize !== undefined && options.latentSize !== latentSize) {
        throw problem(
            "readDecoder",
            `options.latentSize is ${options.latentSize}`,
            `expected ${latentSize}, as ${name} takes`,
            "leave the option out or load the decoder it belongs to",
        );
    }
    yield;
    const { perceptron, reason } = explained(() => toPerceptron(graph, inputs, latentSize, name, maxWeights), name);
    if (!perceptron && perceptronOnly) {
        throw problem(
            "readDecoder",
            `${name} is no perceptron: ${reason}`,
            "expected one, as options.perceptronOnly asks",
            "leave the option out for files you trust",
        );
    }
    return {
        latentSize,
        perceptron,
        notPerceptronReason: reason,
        bytes,
        inputs,
        output: graph.outputs[0].name,
        bounds: options.bounds ?? metadata?.bounds ?? DEFAULT_BOUNDS,
        clampDistance: options.clampDistance ?? metadata?.clampDistance ?? DEFAULT_CLAMP_DISTANCE,
        metadata,
    };
}

/** Runs out of stack or memory in a hostile graph become an error as any other. */
function explained<T>(run: () => T, name: string): T {
    try {
        return run();
    } catch (error) {
        if (error instanceof RangeError || error instanceof BrokenGraph) {
            throw problem(
                "readDecoder",
                `${name}: ${error.message}`,
                "expected a graph of a decoder's size",
                "export the decoder again",
            );
        }
        throw error;
    }
}

function findInputs(
    graph: Graph,
    options: ReadDecoderOptions,
    name: string,
): { inputs: DecoderInputs; latentSize: number | null } {
    const { inputs } = graph;
    if (inputs.some(({ elementType }) => elementType !== 0 && !isFloatType(elementType))) {
        throw wrongInputs(inputs, name);
    }
    if (inputs.length === 1) {
        return findCombined(inputs[0], options, name);
    }
    if (inputs.length === 2) {
        return findSeparate(inputs, options, name);
    }
    throw wrongInputs(graph.inputs, name);
}

function findCombined(
    input: GraphInput,
    { latentSize, inputOrder = "latent-first" }: ReadDecoderOptions,
    name: string,
) {
    const columns = input.dims?.at(-1) ?? null;
    if ((input.dims && input.dims.length !== 2) || (columns !== null && columns < 4)) {
        throw wrongInputs([input], name);
    }
    const inputs: DecoderInputs = { layout: "combined", input: input.name, order: inputOrder };
    return { inputs, latentSize: checkedSize(columns === null ? (latentSize ?? null) : columns - 3, [input], name) };
}

function findSeparate(given: readonly GraphInput[], { latentSize }: ReadDecoderOptions, name: string) {
    const columnsOf = (input: GraphInput) => input.dims?.at(-1) ?? null;
    const candidates = given.filter((input) => columnsOf(input) === 3 || columnsOf(input) === null);
    const named = given.find((input) => /xyz|point|coord|pos|query/i.test(input.name));
    // A code of three numbers looks like a point; then the names decide, and last the order.
    const points = candidates.length === 1 ? candidates[0] : (named ?? candidates.at(-1));
    const latent = given.find((input) => input !== points);
    if (!points || !latent || given.some((input) => input.dims && input.dims.length !== 2)) {
        throw wrongInputs(given, name);
    }
    if (columnsOf(points) !== null && columnsOf(points) !== 3) {
        throw wrongInputs(given, name);
    }
    const inputs: DecoderInputs = {
        layout: "separate",
        latent: latent.name,
        points: points.name,
        latentRows: latent.dims?.[0] === 1 ? "one" : "per-point",
    };
    return { inputs, latentSize: checkedSize(columnsOf(latent) ?? latentSize ?? null, given, name) };
}

function checkedSize(size: number | null, inputs: readonly GraphInput[], name: string): number | null {
    if (size !== null && !(size >= 1 && size <= MAX_LATENT_SIZE)) {
        throw wrongInputs(inputs, name);
    }
    return size;
}

function wrongInputs(inputs: readonly GraphInput[], name: string): Error {
    const shown = inputs.slice(0, 4).map(({ name, elementType, dims }) => {
        const sizes = dims?.slice(0, 8).map((size) => size ?? "?") ?? ["?"];
        const type = isFloatType(elementType) || elementType === 0 ? "" : ` of ${elementTypeName(elementType)}`;
        return `${quote(name)} [${sizes.join(", ")}]${type}`;
    });
    return problem(
        "readDecoder",
        `${name} takes ${inputs.length} inputs${shown.length > 0 ? `: ${shown.join(", ")}` : ""}`,
        `expected one [N, latentSize + 3], or a code [1, latentSize] and points [N, 3], in floats, with up to ${MAX_LATENT_SIZE} numbers a code`,
        "export the decoder with such inputs",
    );
}

function checkOptions(options: ReadDecoderOptions, name: string): void {
    const { latentSize, bounds, clampDistance, inputOrder } = options;
    const wrong = (received: string, expected: string) =>
        problem("readDecoder", `${name}: ${received}`, `expected ${expected}`, "correct or leave out the option");
    if (
        latentSize !== undefined &&
        !(Number.isInteger(latentSize) && latentSize >= 1 && latentSize <= MAX_LATENT_SIZE)
    ) {
        throw wrong(`options.latentSize is ${latentSize}`, `a whole number from 1 to ${MAX_LATENT_SIZE}`);
    }
    for (const key of ["maxBytes", "maxWeights"] as const) {
        const limit = options[key];
        if (limit !== undefined && !(limit > 0)) throw wrong(`options.${key} is ${limit}`, "a positive number");
    }
    if (clampDistance !== undefined && !(clampDistance > 0)) {
        throw wrong(`options.clampDistance is ${clampDistance}`, "a positive number");
    }
    if (inputOrder !== undefined && inputOrder !== "latent-first" && inputOrder !== "points-first") {
        throw wrong(`options.inputOrder is ${quote(String(inputOrder))}`, '"latent-first" or "points-first"');
    }
    if (bounds !== undefined) {
        const isBox = [0, 1, 2].every(
            (axis) =>
                Number.isFinite(bounds.min?.[axis]) &&
                Number.isFinite(bounds.max?.[axis]) &&
                bounds.min[axis] < bounds.max[axis],
        );
        if (!isBox) throw wrong("options.bounds is no box", "finite min and max of 3 numbers each, min below max");
    }
}
