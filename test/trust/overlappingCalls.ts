import type { ShapeModel } from "../../plugin/index.js";
import { octahedronMesh, UPRIGHT } from "../completion/support/octahedron.js";

export const CALLERS = 32;

type Call = (shapes: ShapeModel, latent: Float32Array, n: number) => Promise<number[]>;

const data: Call = async (shapes, latent, n) => {
    const { positions, indices } = await shapes.createVertexDataAsync({ latent, resolution: 8 + (n % 5) });
    return [...positions!, ...indices!];
};

const mesh: Call = async (shapes, latent, n) => {
    const made = await shapes.createMeshAsync(`mesh ${n}`, { latent, resolution: 8 + (n % 5), keepData: true });
    const numbers = [...made.getVerticesData("position")!, ...made.getIndices()!];
    made.dispose();
    return numbers;
};

const population: Call = async (shapes, latent, n) => {
    const latents = [latent, shapes.sampleLatent({ seed: n + 100 })];
    const { meshes } = await shapes.createMeshesAsync("pair", { latents, resolution: 8 + (n % 5) });
    const counts = meshes.map((made) => made.getTotalVertices());
    for (const made of meshes) made.dispose();
    return counts;
};

const distances: Call = async (shapes, latent, n) => {
    const points = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i + n));
    return [...(await shapes.evaluateAsync(latent, points))];
};

/** Of the half of an octahedron, of a size by the caller's number. */
const completion: Call = async (shapes, _latent, n) => {
    const scan = octahedronMesh(0.55 + 0.01 * (n % 8), 8, UPRIGHT, (x) => x < 0);
    const [best] = await shapes.completeScanAsync(scan, { count: 1, removeSupport: false });
    return [...best.latent, ...best.transform.asArray(), best.confidence];
};

const decodes = [data, mesh, population, distances, mesh, data, distances, population];

/** What a model's callers do, by number; two of all complete a scan. */
export const everything: readonly Call[] = [...decodes, ...decodes.toReversed().slice(0, -1), completion];

export const completions: readonly Call[] = [completion];

/** … of onnxruntime, whose runs go one after the other, seconds for a mesh on a software adapter. */
export const mostlyDistances: readonly Call[] = Array.from({ length: CALLERS }, (_, n) => (n === 5 ? data : distances));

/** The call of caller `n`; what it gives depends on the model and on `n` alone. */
export function callOf(calls: readonly Call[], shapes: ShapeModel, n: number): Promise<number[]> {
    const latent = shapes.sampleLatent({ seed: n, category: n % 2 ? "small" : "large" });
    return calls[n % calls.length](shapes, latent, n);
}

/** What every caller gets when nobody else calls. */
export async function eachAlone(calls: readonly Call[], modelOf: (n: number) => ShapeModel): Promise<number[][]> {
    const results: number[][] = [];
    for (let n = 0; n < CALLERS; n++) results.push(await callOf(calls, modelOf(n), n));
    return results;
}

export function allTogether(calls: readonly Call[], modelOf: (n: number) => ShapeModel): Promise<number[][]> {
    return Promise.all(Array.from({ length: CALLERS }, (_, n) => callOf(calls, modelOf(n), n)));
}
