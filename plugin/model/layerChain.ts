import { type Affine, identityOf } from "./affine.js";
import type { Activation, Perceptron, PerceptronLayer, PointFeature } from "./decoder.js";
import { BrokenGraph, NotPerceptron } from "./problem.js";
import type { Budget } from "./tensor.js";

/** A column's possible origin while a graph is read. */
export type LayerSource =
    | { readonly kind: "latent" | "point"; readonly size: number }
    /** Sines or cosines of the point; `features` are their places in the chain's table of features. */
    | {
          readonly kind: "waves";
          readonly size: number;
          readonly features: readonly number[];
          /** What the functions are taken of, and which. */
          readonly argument: LayerAffine;
          readonly function: "sin" | "cos";
      }
    | { readonly kind: "hidden"; readonly size: number; readonly layer: LayerDraft };

export type LayerAffine = Affine<LayerSource>;

/** A layer as found: its affine part, still over sources, and the layer it reads. */
interface LayerDraft {
    readonly affine: LayerAffine;
    readonly previous: LayerDraft | null;
    readonly activation: Activation;
}

const axes: readonly PointFeature[] = [
    { function: "identity", direction: [1, 0, 0], phase: 0 },
    { function: "identity", direction: [0, 1, 0], phase: 0 },
    { function: "identity", direction: [0, 0, 1], phase: 0 },
];

/** Collects the layers and point features of a graph and, at its output, turns them into a perceptron. */
export class LayerChain {
    readonly latent: LayerSource;
    readonly point: LayerSource = { kind: "point", size: 3 };
    /** Every feature met; the first three are the coordinates. */
    private readonly features: PointFeature[] = [...axes];
    private readonly featureKeys = new Map<string, number>();
    /** Orders in which the graph itself lines up its features. */
    private readonly layouts: number[][] = [];

    constructor(
        private readonly latentSize: number,
        private readonly budget: Budget,
    ) {
        this.latent = { kind: "latent", size: latentSize };
    }

    /** Sines or cosines of columns that depend on the point alone; null if these do not. */
    addWaves(affine: LayerAffine, kind: "sin" | "cos"): LayerAffine | null {
        const point = affine.parts.get(this.point);
        if (!point || affine.parts.size !== 1) return null;
        const features = Array.from({ length: affine.size }, (_, i) => {
            const [x, y, z] = point.subarray(i * 3, i * 3 + 3).map(Math.fround);
            const feature: PointFeature = { function: kind, direction: [x, y, z], phase: Math.fround(affine.bias[i]) };
            const key = JSON.stringify(feature);
            const known = this.featureKeys.get(key) ?? this.features.push(feature) - 1;
            this.featureKeys.set(key, known);
            return known;
        });
        const source: LayerSource = { kind: "waves", size: affine.size, features, argument: affine, function: kind };
        return identityOf(source, this.budget);
    }

    /** The output of a layer with this affine part. */
    addLayer(affine: LayerAffine, activation: Activation): LayerAffine {
        const kinds = [...affine.parts.keys()].map((source) => source.kind);
        if (!kinds.some((kind) => kind !== "latent"))
            throw new NotPerceptron("is a nonlinearity of the code alone, before the code meets the point");
        const layer = this.draft(affine, activation);
        return identityOf<LayerSource>({ kind: "hidden", size: affine.size, layer }, this.budget);
    }

    /** Notes the order of features in a value that is about to be multiplied by weights, if it is only features. */
    noteLayout(affine: LayerAffine): void {
        const layout = new Array<number>(affine.size).fill(-1);
        if (affine.bias.some((value) => value !== 0)) return;
        for (const [source, part] of affine.parts) {
            const features = featuresOf(source);
            if (!features) return;
            for (let i = 0; i < part.length; i++) {
                if (part[i] === 0) continue;
                const row = Math.floor(i / source.size);
                if (part[i] !== 1 || layout[row] >= 0) return;
                layout[row] = features[i % source.size];
            }
        }
        if (!layout.includes(-1) && new Set(layout).size === layout.length) this.layouts.push(layout);
    }

    /** The perceptron whose output is `affine`, one column. */
    finish(affine: LayerAffine): Perceptron {
        // 1. Walk back from the output. An output that is a layer's as it stands needs no layer of its own.
        const backwards: LayerDraft[] = [];
        const last = asHidden(affine) ?? this.draft(affine, { kind: "identity", alpha: 0 });
        for (let layer: LayerDraft | null = last; layer; layer = layer.previous) backwards.push(layer);
        const chain = withSineLayer(backwards.reverse());

        // 2. Columns for the features, then weights.
        const order = this.orderFeatures(chain);
        if (order.length === 0)
            throw new BrokenGraph(
                "the output does not depend on the points; expected a distance a point; export again",
            );
        const columnOf = new Map(order.map((feature, column) => [feature, column]));
        const perceptron: Perceptron = {
            latentSize: this.latentSize,
            features: order.map((feature) => this.features[feature]),
            layers: chain.map((layer) => this.finishLayer(layer, columnOf)),
        };
        for (const [i, layer] of perceptron.layers.entries())
            for (const weights of [layer.hiddenWeights, layer.featureWeights, layer.latentWeights, layer.bias])
                if (weights && !weights.every(Number.isFinite))
                    throw new BrokenGraph(
                        `gives layer ${i} a weight that is not finite; all weights are finite; train or export again`,
                    );
        return perceptron;
    }

    private draft(affine: LayerAffine, activation: Activation): LayerDraft {
        const hidden = [...affine.parts.keys()].filter((source) => source.kind === "hidden");
        if (hidden.length > 1)
            throw new NotPerceptron(
                `reads ${hidden.length} nonlinear layers at once; each layer may read one, the one before it`,
            );
        return { affine, activation, previous: hidden[0]?.layer ?? null };
    }

    /**
     * The graph's own order where it lines the features up before multiplying them by weights; else coordinates, then
     * waves as met.
     */
    private orderFeatures(chain: readonly LayerDraft[]): number[] {
        const used = new Set<number>();
        for (const { affine } of chain)
            for (const source of affine.parts.keys()) for (const feature of featuresOf(source) ?? []) used.add(feature);
        const overlap = (layout: number[]) => layout.filter((feature) => used.has(feature)).length;
        const [best] = this.layouts.toSorted((a, b) => overlap(b) - overlap(a) || a.length - b.length);
        const rest = [...used].filter((feature) => !best?.includes(feature)).sort((a, b) => a - b);
        return best && overlap(best) > 0 ? [...best, ...rest] : rest;
    }

    private finishLayer(layer: LayerDraft, columnOf: ReadonlyMap<number, number>): PerceptronLayer {
        const { size, parts, bias } = layer.affine;
        let hiddenWeights: Float32Array | null = null;
        let latentWeights: Float32Array | null = null;
        let features: Float64Array | null = null;
        this.budget.spend(size * columnOf.size);
        for (const [source, part] of parts) {
            const columns = featuresOf(source)?.map((feature) => columnOf.get(feature)!);
            if (columns) {
                features ??= new Float64Array(size * columnOf.size);
                for (let i = 0; i < part.length; i++)
                    features[Math.floor(i / source.size) * columnOf.size + columns[i % source.size]] += part[i];
            } else if (source.kind === "hidden") hiddenWeights = new Float32Array(part);
            else latentWeights = new Float32Array(part);
        }
        return {
            outputSize: size,
            hiddenWeights,
            featureWeights: features && new Float32Array(features),
            latentWeights,
            bias: new Float32Array(bias),
            activation: layer.activation,
        };
    }
}

function featuresOf(source: LayerSource): readonly number[] | null {
    if (source.kind === "point") return [0, 1, 2];
    return source.kind === "waves" ? source.features : null;
}

/** The layer whose only output `affine` is, unchanged; else null. */
function asHidden(affine: LayerAffine): LayerDraft | null {
    const [entry] = affine.parts;
    if (!entry || affine.parts.size !== 1 || affine.bias[0] !== 0) return null;
    const [source, part] = entry;
    return source.kind === "hidden" && part.length === 1 && part[0] === 1 ? source.layer : null;
}

/**
 * Sines of the point that are all that a first layer reads, and nothing else reads, are a layer themselves: the first
 * of a SIREN. Fourier features come with cosines or the coordinates beside them.
 */
function withSineLayer(chain: readonly LayerDraft[]): LayerDraft[] {
    const [first, ...others] = chain;
    const [source, ...further] = [...first.affine.parts.keys()].filter(({ kind }) => kind !== "latent");
    const isOnly = further.length === 0 && others.every(({ affine }) => !affine.parts.has(source));
    if (source?.kind !== "waves" || source.function !== "sin" || !isOnly) return [...chain];
    const sines: LayerDraft = { affine: source.argument, previous: null, activation: { kind: "sin", alpha: 0 } };
    const hidden: LayerSource = { kind: "hidden", size: source.size, layer: sines };
    const parts = new Map([...first.affine.parts].map(([key, part]) => [key === source ? hidden : key, part]));
    return [sines, { ...first, affine: { ...first.affine, parts }, previous: sines }, ...others];
}
