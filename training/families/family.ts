import type { Random } from "../random.js";
import { Random as SeededRandom, textKey } from "../random.js";
import type { TriangleMesh } from "../samples/mesh.js";
import { loadKernel, type Manifold, Workbench } from "./workbench.js";

/** A prop before normalisation. */
export interface FamilyShape {
    /** One connected closed solid, +Y up, facing +Z, in units of about the prop's own size. */
    readonly solid: Manifold;
    /** The parameters that shaped it (numbers; structure as 0 or 1), to name the axes of the codes by. */
    readonly traits: Traits;
}

type Traits = Readonly<Record<string, number>>;

/** A kind of prop, made from random parameters. */
export interface Family {
    /** Also the decoder's category name. */
    readonly name: string;
    build(bench: Workbench, random: Random): FamilyShape;
}

/** A normalised training shape. */
export interface PropShape extends TriangleMesh {
    readonly family: string;
    readonly seed: number;
    /** What any shape has (`plainTraits`) and what the family says. */
    readonly traits: Traits;
}

/** Half the longest side of a normalised shape's bounding box. */
export const HALF_EXTENT = 0.9;

/**
 * One shape of a family: a closed manifold of one piece, its bounding box centred at the origin and scaled so that its
 * longest side is 2 · `HALF_EXTENT`.
 *
 * @param seed any integer; the same seed gives the same mesh
 * @throws if the family made something else
 */
export async function makeShape(family: Family, seed: number): Promise<PropShape> {
    const bench = new Workbench(await loadKernel());
    try {
        const { solid: built, traits } = family.build(bench, new SeededRandom(textKey(family.name), seed));
        const solid = bench.filled(built);
        const name = `makeShape: ${family.name} ${seed}`;
        if (solid.status() !== "NoError") throw new Error(`${name}: ${solid.status()}; the parts must be valid solids`);
        const pieces = bench.pieceCount(solid);
        if (pieces !== 1) throw new Error(`${name}: ${pieces} pieces; a prop must be one, let its parts overlap`);

        const { min, max } = solid.boundingBox();
        const scale = (2 * HALF_EXTENT) / Math.max(max[0] - min[0], max[1] - min[1], max[2] - min[2]);
        const mesh = solid.getMesh();
        const positions = new Float32Array(mesh.numVert * 3);
        for (let vertex = 0; vertex < mesh.numVert; vertex++) {
            for (let axis = 0; axis < 3; axis++) {
                const centre = (min[axis] + max[axis]) / 2;
                positions[3 * vertex + axis] = (mesh.vertProperties[mesh.numProp * vertex + axis] - centre) * scale;
            }
        }
        const indices = Uint32Array.from(mesh.triVerts);
        const plain = plainTraits({ positions, indices });
        return { family: family.name, seed, traits: { ...plain, ...traits }, positions, indices };
    } finally {
        bench.dispose();
    }
}

/** What a closed mesh shows whatever it is: its box, the share of the box that it fills, and how high its weight lies. */
export function plainTraits({ positions, indices }: TriangleMesh): Traits {
    const low = [0, 1, 2].map(() => Number.POSITIVE_INFINITY);
    const high = [0, 1, 2].map(() => Number.NEGATIVE_INFINITY);
    for (const [i, value] of positions.entries()) {
        low[i % 3] = Math.min(low[i % 3], value);
        high[i % 3] = Math.max(high[i % 3], value);
    }
    const [width, height, depth] = high.map((value, axis) => value - low[axis]);
    let [volume, moment] = [0, 0];
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [0, 1, 2].map((k) => positions.subarray(3 * indices[t + k], 3 * indices[t + k] + 3));
        // Six times the volume of the tetrahedron with the origin, whose centre is a quarter of the corners' sum.
        const six =
            a[0] * (b[1] * c[2] - b[2] * c[1]) +
            a[1] * (b[2] * c[0] - b[0] * c[2]) +
            a[2] * (b[0] * c[1] - b[1] * c[0]);
        volume += six / 6;
        moment += ((six / 6) * (a[1] + b[1] + c[1])) / 4;
    }
    return {
        width,
        height,
        depth,
        fullness: volume / (width * height * depth),
        "top-heavy": (moment / volume - low[1]) / height,
    };
}
