/** Where a decoded shape stands in a scan: q = scale · rotation · p + translation, p in model space, q in the scan's. */
export interface Similarity {
    /** [3, 3], row-major, orthonormal, determinant 1. */
    readonly rotation: Float64Array;
    readonly translation: readonly [number, number, number];
    /** Scan units per model unit, above 0. */
    readonly scale: number;
}

export type Vector = readonly [number, number, number];

export const IDENTITY: Similarity = {
    rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    translation: [0, 0, 0],
    scale: 1,
};

/** Model points of scan points: p = rotationᵀ (q − translation) / scale. [n, 3] → [n, 3] */
export function toModel({ rotation: r, translation: t, scale }: Similarity, points: Float32Array): Float32Array {
    const result = new Float32Array(points.length);
    const factor = 1 / scale;
    for (let i = 0; i < points.length; i += 3) {
        const x = points[i] - t[0];
        const y = points[i + 1] - t[1];
        const z = points[i + 2] - t[2];
        result[i] = factor * (r[0] * x + r[3] * y + r[6] * z);
        result[i + 1] = factor * (r[1] * x + r[4] * y + r[7] * z);
        result[i + 2] = factor * (r[2] * x + r[5] * y + r[8] * z);
    }
    return result;
}

/** Scan points of model points. [n, 3] → [n, 3] */
export function toScan({ rotation: r, translation: t, scale }: Similarity, points: Float32Array): Float32Array {
    const result = new Float32Array(points.length);
    for (let i = 0; i < points.length; i += 3) {
        const [x, y, z] = [points[i], points[i + 1], points[i + 2]];
        result[i] = scale * (r[0] * x + r[1] * y + r[2] * z) + t[0];
        result[i + 1] = scale * (r[3] * x + r[4] * y + r[5] * z) + t[1];
        result[i + 2] = scale * (r[6] * x + r[7] * y + r[8] * z) + t[2];
    }
    return result;
}

/** Directions turned from model to scan space. [n, 3] → [n, 3] */
export function turnToScan(pose: Similarity, directions: Float32Array): Float32Array {
    return toScan({ ...pose, translation: [0, 0, 0], scale: 1 }, directions);
}

/** Directions turned from scan to model space. [n, 3] → [n, 3] */
export function turnToModel(pose: Similarity, directions: Float32Array): Float32Array {
    return toModel({ ...pose, translation: [0, 0, 0], scale: 1 }, directions);
}

/** First `inner`, then `outer`. */
export function compose(outer: Similarity, inner: Similarity): Similarity {
    const [translation] = [toScan(outer, Float32Array.from(inner.translation))];
    return {
        rotation: multiply(outer.rotation, inner.rotation),
        translation: [translation[0], translation[1], translation[2]],
        scale: outer.scale * inner.scale,
    };
}

/**
 * A pose moved by a small step in model space: turned by `step[0..2]` (radians about x, y, z), grown by e^`step[3]`,
 * shifted by `step[4..6]` (model units). Model points move as p ↦ e^(−growth) · turnᵀ p − shift.
 */
export function movePose(pose: Similarity, step: ArrayLike<number>): Similarity {
    const rotation = orthonormal(multiply(pose.rotation, rotationOf([step[0], step[1], step[2]])));
    const scale = pose.scale * Math.exp(step[3]);
    const shift = [0, 1, 2].map(
        (row) =>
            scale * (rotation[3 * row] * step[4] + rotation[3 * row + 1] * step[5] + rotation[3 * row + 2] * step[6]),
    );
    const [x, y, z] = pose.translation;
    return { rotation, scale, translation: [x + shift[0], y + shift[1], z + shift[2]] };
}

/** Rotation by the length of `turn` about its direction (Rodrigues). [3, 3] */
export function rotationOf(turn: Vector): Float64Array {
    const angle = Math.hypot(...turn);
    if (angle < 1e-12) {
        return IDENTITY.rotation.slice();
    }
    const [x, y, z] = turn.map((value) => value / angle);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const u = 1 - c;
    return Float64Array.of(
        c + x * x * u,
        x * y * u - z * s,
        x * z * u + y * s,
        x * y * u + z * s,
        c + y * y * u,
        y * z * u - x * s,
        x * z * u - y * s,
        y * z * u + x * s,
        c + z * z * u,
    );
}

/** The least rotation that takes one unit direction to another. */
export function rotationBetween(from: Vector, to: Vector): Float64Array {
    const axis = cross(from, to);
    const sine = Math.hypot(...axis);
    const cosine = from[0] * to[0] + from[1] * to[1] + from[2] * to[2];
    if (sine < 1e-12) {
        if (cosine > 0) {
            return IDENTITY.rotation.slice();
        }
        const side = cross(from, Math.abs(from[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]);
        const length = Math.hypot(...side);
        return rotationOf([(Math.PI * side[0]) / length, (Math.PI * side[1]) / length, (Math.PI * side[2]) / length]);
    }
    const angle = Math.atan2(sine, cosine);
    return rotationOf([(angle * axis[0]) / sine, (angle * axis[1]) / sine, (angle * axis[2]) / sine]);
}

export function multiply(a: Float64Array, b: Float64Array): Float64Array {
    const product = new Float64Array(9);
    for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
            product[3 * row + column] =
                a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] + a[3 * row + 2] * b[6 + column];
        }
    }
    return product;
}

/** Takes away what rounding adds over many steps (Gram and Schmidt, by rows). */
function orthonormal(r: Float64Array): Float64Array {
    const x = unit([r[0], r[1], r[2]]);
    const along = x[0] * r[3] + x[1] * r[4] + x[2] * r[5];
    const y = unit([r[3] - along * x[0], r[4] - along * x[1], r[5] - along * x[2]]);
    return Float64Array.of(...x, ...y, ...cross(x, y));
}

function unit([x, y, z]: Vector): Vector {
    const length = Math.hypot(x, y, z) || 1;
    return [x / length, y / length, z / length];
}

export function cross([a, b, c]: Vector, [x, y, z]: Vector): [number, number, number] {
    return [b * z - c * y, c * x - a * z, a * y - b * x];
}

/** Column-major 4 × 4 matrix, as Babylon.js and glTF store it. */
export function toMatrix({ rotation: r, translation: t, scale: s }: Similarity): Float32Array {
    return Float32Array.of(
        s * r[0],
        s * r[3],
        s * r[6],
        0,
        s * r[1],
        s * r[4],
        s * r[7],
        0,
        s * r[2],
        s * r[5],
        s * r[8],
        0,
        t[0],
        t[1],
        t[2],
        1,
    );
}
