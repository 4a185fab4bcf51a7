import type { Decoder } from "../../plugin/model/index.js";
import { LATENT, POINTS } from "../../plugin/model/index.js";

type Columns = Record<string, { data: Float32Array | Float64Array; columns: number }>;

/** All outputs of an ONNX file on onnxruntime-web, inputs by name. */
async function run(bytes: Uint8Array, inputs: Columns): Promise<Record<string, Float32Array>> {
    const ort = await import("onnxruntime-web");
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
    const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, { data, columns }]) => [
            name,
            data instanceof Float64Array
                ? new ort.Tensor("float64", data, [data.length / columns, columns])
                : new ort.Tensor("float32", data, [data.length / columns, columns]),
        ]),
    );
    const results = await session.run(feeds, { logSeverityLevel: 4 }).finally(() => session.release());
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}

/** A graph that the library wrote. */
export function runOwn(bytes: Uint8Array, latent: Float32Array, points: Float32Array) {
    return run(bytes, { [LATENT]: { data: latent, columns: latent.length }, [POINTS]: { data: points, columns: 3 } });
}

/** A decoder's file as it is, whatever its layout. */
export async function runDecoder(
    decoder: Decoder,
    latent: Float32Array,
    points: Float32Array,
    type: "float32" | "float64" = "float32",
): Promise<Float32Array> {
    const { inputs } = decoder;
    const rows = (make: (point: Float32Array) => number[]) =>
        Float32Array.from(
            Array.from({ length: points.length / 3 }, (_, n) => make(points.subarray(3 * n, 3 * n + 3))).flat(),
        );
    const feeds: Columns = {};
    if (inputs.layout === "combined") {
        const isFirst = inputs.order === "latent-first";
        const data = rows((point) => (isFirst ? [...latent, ...point] : [...point, ...latent]));
        feeds[inputs.input] = { data, columns: latent.length + 3 };
    } else {
        const codes = inputs.latentRows === "one" ? latent : rows(() => [...latent]);
        feeds[inputs.latent] = { data: codes, columns: latent.length };
        feeds[inputs.points] = { data: points, columns: 3 };
    }
    if (type === "float64") {
        for (const feed of Object.values(feeds)) feed.data = Float64Array.from(feed.data);
    }
    return (await run(decoder.bytes, feeds))[decoder.output];
}
