import { type DecoderMetadata, readDecoder, writeDecoder } from "../../plugin/model/index.js";
import { octahedronPerceptron, sliverPerceptron } from "./perceptrons.js";

/**
 * Octahedra of many sizes: the first number of the code makes them larger.
 *
 * @param sizes first numbers of a small one's and a large one's mean code; radii are 0.6 more
 */
export function octahedronMetadata([small, large] = [-0.1, 0.1]): DecoderMetadata {
    const component = (category: string, size: number) => ({
        category,
        weight: 0.5,
        mean: Float32Array.of(size, 0),
        factors: Float32Array.of(0.02, 0),
        factorCount: 1,
        deviations: Float32Array.of(0, 0.1),
    });
    return {
        version: 1,
        latentSize: 2,
        bounds: { min: [-1, -1, -1], max: [1, 1, 1] },
        clampDistance: 0.1,
        upAxis: "y",
        categories: ["small", "large"],
        prior: [component("small", small), component("large", large)],
        axes: [{ name: "size", category: null, direction: Float32Array.of(1, 0), deviation: 0.05, range: [-2, 2] }],
        provenance: {},
        evaluation: { slope: 1 },
    };
}

export function octahedronFile(withMetadata = true, sizes?: [number, number]): Uint8Array<ArrayBuffer> {
    const metadata = withMetadata ? octahedronMetadata(sizes) : null;
    return new Uint8Array(writeDecoder(octahedronPerceptron(0.6), metadata));
}

export function octahedronDecoder(sizes?: [number, number]) {
    return readDecoder(octahedronFile(true, sizes));
}

/** Octahedra that stand on an edge are with the larger of these about as large as shapes that decoders are trained on. */
export const FULL_SIZES: [number, number] = [0.08, 0.18];

/** A sheet so thin, and in truth so steep, that only an exact search finds it at 64³; a code of 1 number, no prior. */
export function sliverFile(): Uint8Array<ArrayBuffer> {
    const nothing = { categories: [], prior: [], axes: [] };
    const metadata = { ...octahedronMetadata(), ...nothing, latentSize: 1, evaluation: { slope: 1, reach: 0.1 } };
    return new Uint8Array(writeDecoder(sliverPerceptron(0.01), metadata));
}
