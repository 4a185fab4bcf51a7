import { writeDecoder } from "../../plugin/model/index.js";
import { octahedronMetadata } from "../support/decoders.js";
import { octahedronPerceptron } from "../support/perceptrons.js";

/** Octahedra of many sizes under the names of categories. */
export function categoryFile(categories: string[]): Uint8Array<ArrayBuffer> {
    const metadata = octahedronMetadata();
    const prior = categories.map((category, n) => ({
        ...metadata.prior[n % 2],
        category,
        weight: 1 / categories.length,
    }));
    return new Uint8Array(writeDecoder(octahedronPerceptron(0.6), { ...metadata, categories, prior }));
}
