import type { Decoder, DecoderInputs } from "../../model/decoder.js";
import { LATENT, POINTS } from "../../model/perceptronGraph.js";
import type { Runtime, RuntimeTensor } from "./runtime.js";

/** How our own files, and every perceptron that is written anew, take their inputs. */
export const OWN_INPUTS: DecoderInputs = { layout: "separate", latent: LATENT, points: POINTS, latentRows: "one" };

/** Input tensors of a graph for one code and `points` [n, 3]. */
export function createFeeds(
    runtime: Runtime,
    inputs: DecoderInputs,
    latent: Float32Array,
    points: Float32Array,
): Record<string, RuntimeTensor> {
    const count = points.length / 3;
    const tensor = (data: Float32Array, columns: number) =>
        new runtime.Tensor("float32", data, [data.length / columns, columns]);
    if (inputs.layout === "separate") {
        const codes = inputs.latentRows === "one" ? latent : repeated(latent, count);
        return { [inputs.latent]: tensor(codes, latent.length), [inputs.points]: tensor(points, 3) };
    }
    const columns = latent.length + 3;
    const rows = new Float32Array(count * columns);
    const [codeAt, pointAt] = inputs.order === "latent-first" ? [0, latent.length] : [3, 0];
    for (let n = 0; n < count; n++) {
        rows.set(latent, n * columns + codeAt);
        rows.set(points.subarray(3 * n, 3 * n + 3), n * columns + pointAt);
    }
    return { [inputs.input]: tensor(rows, columns) };
}

/** Whether a graph takes its points as they lie in a buffer. */
export function takesBarePoints(inputs: DecoderInputs): boolean {
    return inputs.layout === "separate" && inputs.latentRows === "one";
}

/** What to tell a user whose graph the runtime refuses. */
export function refusal(decoder: Decoder, cause: unknown): Error {
    const why = decoder.notPerceptronReason ? ` (not a perceptron either: ${decoder.notPerceptronReason})` : "";
    const said = cause instanceof Error ? cause.message : String(cause);
    return new Error(
        `OnnxRuntimeField.CreateAsync: onnxruntime can't run this decoder: ${said}${why}; expected operators of ONNX that onnxruntime-web has; export it with those`,
    );
}

/** What to tell a user whose graph fails when it is run: sizes that do not fit are often seen only then. */
export function runFailure(decoder: Decoder, cause: unknown): Error {
    const why = decoder.notPerceptronReason ? ` (no perceptron: ${decoder.notPerceptronReason})` : "";
    const said = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ");
    return new Error(
        `evaluateAsync: onnxruntime failed in this decoder: ${said.slice(0, 300)}${why}; expected a graph that runs for any number of points; export it again`,
    );
}

/** Whether a graph gave one float a point; anything else would leave distances unset without a word. */
export function checkDistances(data: unknown, count: number): asserts data is Float32Array {
    if (!(data instanceof Float32Array) || data.length !== count) {
        const got = data instanceof Float32Array ? `${data.length} distances` : "no floats";
        throw new Error(
            `evaluateAsync: the decoder gave ${got} for ${count} points; expected one float a point; export it with the output [N, 1]`,
        );
    }
}

function repeated(latent: Float32Array, count: number): Float32Array {
    const rows = new Float32Array(count * latent.length);
    for (let n = 0; n < count; n++) {
        rows.set(latent, n * latent.length);
    }
    return rows;
}
