import type { Activation, Perceptron, PerceptronLayer, PointFeature } from "../../plugin/model/decoder.js";

/** A small seeded generator for test data; not the library's. */
export function createTestRandom(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 2 ** 32;
    };
}

export interface RandomPerceptronOptions {
    seed?: number;
    latentSize?: number;
    width?: number;
    depth?: number;
    octaves?: number;
    activation?: Activation;
    lastActivation?: Activation;
    /** Layers beside the first that get the features again. */
    skips?: number[];
    /** Layers that get the code; all of them unless given. */
    codeLayers?: number[];
}

/** Identity features, then sin and cos of π/2 · 2ᵏ · p. */
export function fourierFeatures(octaves: number): PointFeature[] {
    const axes: [number, number, number][] = [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
    ];
    const features: PointFeature[] = axes.map((direction) => ({ function: "identity", direction, phase: 0 }));
    for (let k = 0; k < octaves; k++) {
        const frequency = (Math.PI / 2) * 2 ** k;
        for (const kind of ["sin", "cos"] as const) {
            for (const [x, y, z] of axes) {
                features.push({
                    function: kind,
                    direction: [Math.fround(frequency * x), Math.fround(frequency * y), Math.fround(frequency * z)],
                    phase: 0,
                });
            }
        }
    }
    return features;
}

/** A perceptron with random weights whose outputs stay of the order of one. */
export function randomPerceptron(options: RandomPerceptronOptions = {}): Perceptron {
    const { seed = 1, latentSize = 6, width = 16, depth = 4, octaves = 2, skips = [2], codeLayers } = options;
    const activation = options.activation ?? { kind: "relu", alpha: 0 };
    const lastActivation = options.lastActivation ?? { kind: "identity", alpha: 0 };
    const random = createTestRandom(seed);
    const features = fourierFeatures(octaves);
    const matrix = (rows: number, columns: number, inputs: number) =>
        Float32Array.from({ length: rows * columns }, () => (random() * 2 - 1) * Math.sqrt(3 / inputs));
    const layers: PerceptronLayer[] = Array.from({ length: depth }, (_, index) => {
        const last = index === depth - 1;
        const outputSize = last ? 1 : width;
        const takesFeatures = index === 0 || skips.includes(index);
        const takesCode = codeLayers ? codeLayers.includes(index) : true;
        const inputs = (index > 0 ? width : 0) + (takesFeatures ? features.length : 0) + (takesCode ? latentSize : 0);
        return {
            outputSize,
            hiddenWeights: index > 0 ? matrix(outputSize, width, inputs) : null,
            featureWeights: takesFeatures ? matrix(outputSize, features.length, inputs) : null,
            latentWeights: takesCode ? matrix(outputSize, latentSize, inputs) : null,
            bias: matrix(outputSize, 1, 4),
            activation: last ? lastActivation : activation,
        };
    });
    return { latentSize, features, layers };
}

/** A perceptron that is a sphere exactly where |x|+|y|+|z| is: distance to the octahedron of `radius`, by ReLUs. */
export function octahedronPerceptron(radius: number, latentSize = 2): Perceptron {
    const axes: PointFeature[] = fourierFeatures(0);
    return {
        latentSize,
        features: axes,
        layers: [
            {
                outputSize: 6,
                hiddenWeights: null,
                featureWeights: Float32Array.of(1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1),
                latentWeights: null,
                bias: new Float32Array(6),
                activation: { kind: "relu", alpha: 0 },
            },
            {
                outputSize: 1,
                hiddenWeights: new Float32Array(6).fill(1 / Math.sqrt(3)),
                featureWeights: null,
                // The first entry of the code makes it larger.
                latentWeights: Float32Array.from({ length: latentSize }, (_, i) => (i === 0 ? -1 : 0)),
                bias: Float32Array.of(-radius / Math.sqrt(3)),
                activation: { kind: "identity", alpha: 0 },
            },
        ],
    };
}

/** A tilted plate through the origin whose field is `steepness` times as steep as a distance; a code of 1 number. */
export function platePerceptron(thickness: number, steepness: number): Perceptron {
    const direction = [0.83, 0.51, 0.23];
    return {
        latentSize: 1,
        features: fourierFeatures(0),
        layers: [
            {
                outputSize: 2,
                hiddenWeights: null,
                featureWeights: Float32Array.from([...direction, ...direction.map((d) => -d)]),
                latentWeights: Float32Array.of(1, -1),
                bias: new Float32Array(2),
                activation: { kind: "relu", alpha: 0 },
            },
            {
                outputSize: 1,
                hiddenWeights: new Float32Array(2).fill(steepness),
                featureWeights: null,
                latentWeights: null,
                bias: Float32Array.of((-steepness * thickness) / 2),
                activation: { kind: "identity", alpha: 0 },
            },
        ],
    };
}

/**
 * Parallel sheets across the x axis, with `count` sides at code 0, fewer as the code of 1 number lifts the field.
 */
export function sheetsPerceptron(count: number): Perceptron {
    const frequency = (Math.PI * count) / 2;
    return {
        latentSize: 1,
        features: [
            { function: "sin", direction: [frequency, 0, 0], phase: 0.3 },
            { function: "identity", direction: [1, 0, 0], phase: 0 },
        ],
        layers: [
            {
                outputSize: 1,
                hiddenWeights: null,
                // Lifted by x: at code 1 only the sheets on one side are left.
                featureWeights: Float32Array.of(0.3, 0.3),
                latentWeights: Float32Array.of(0.4),
                bias: Float32Array.of(0),
                activation: { kind: "identity", alpha: 0 },
            },
        ],
    };
}

/**
 * A sheet across the x axis, ± half of `thickness` at x = −code: 0.1 away from it everywhere but within `thickness`, so
 * that a search by values and signs passes it over.
 */
export function sliverPerceptron(thickness: number, latentSize = 1): Perceptron {
    return {
        latentSize,
        features: fourierFeatures(0),
        layers: [
            {
                outputSize: 3,
                hiddenWeights: null,
                featureWeights: Float32Array.of(1, 0, 0, 1, 0, 0, 1, 0, 0),
                latentWeights: Float32Array.from({ length: 3 * latentSize }, (_, i) => (i % latentSize === 0 ? 1 : 0)),
                bias: Float32Array.of(thickness, 0, -thickness),
                activation: { kind: "relu", alpha: 0 },
            },
            {
                outputSize: 1,
                hiddenWeights: Float32Array.of(-1, 2, -1).map((weight) => (0.2 / thickness) * weight),
                featureWeights: null,
                latentWeights: null,
                bias: Float32Array.of(0.1),
                activation: { kind: "identity", alpha: 0 },
            },
        ],
    };
}

export function randomCode(latentSize: number, seed = 1): Float32Array {
    const random = createTestRandom(seed + 1000);
    return Float32Array.from({ length: latentSize }, () => random() * 2 - 1);
}

export function randomPoints(count: number, seed = 1): Float32Array {
    const random = createTestRandom(seed + 2000);
    return Float32Array.from({ length: 3 * count }, () => random() * 2 - 1);
}

/** Largest absolute difference between two arrays of one length. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
    if (a.length !== b.length) {
        return Number.POSITIVE_INFINITY;
    }
    let worst = 0;
    for (let i = 0; i < a.length; i++) {
        // NaN must not pass for equal.
        worst = Math.abs(a[i] - b[i]) <= worst ? worst : Number.isNaN(a[i] - b[i]) ? Infinity : Math.abs(a[i] - b[i]);
    }
    return worst;
}

/** Largest difference as a part of the largest value (or of 1, if that is larger). */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
    let largest = 1;
    for (let i = 0; i < b.length; i++) {
        largest = Math.max(largest, Math.abs(b[i]));
    }
    return maxDifference(a, b) / largest;
}
