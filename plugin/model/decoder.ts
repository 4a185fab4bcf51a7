/**
 * A decoder as data: what the other rooms know of a decoder file.
 *
 * Everything a multilayer perceptron of the DeepSDF family does is one chain of layers
 *
 *   h₀ = nothing,  hᵢ = activationᵢ( Hᵢ · hᵢ₋₁ + Fᵢ · features(p) + Lᵢ · z + bᵢ ),  sdf = h_last
 *
 * with the code z and the point p entering wherever their weights are present. Input concatenation, skip
 * connections at any layer, a code entering linearly at every layer and Fourier features are all this one form.
 */

/** Elementwise function after a layer's affine part. */
export type ActivationKind = "identity" | "relu" | "leakyRelu" | "elu" | "softplus" | "tanh" | "sigmoid" | "sin";

export interface Activation {
    readonly kind: ActivationKind;
    /** Slope below zero of "leakyRelu", saturation of "elu"; 0 for the others. */
    readonly alpha: number;
}

/** One number computed from the point alone: function(direction · p + phase). */
export interface PointFeature {
    readonly function: "identity" | "sin" | "cos";
    readonly direction: readonly [number, number, number];
    readonly phase: number;
}

/** One layer; a weight matrix that is null does not contribute. All matrices are row-major, one row an output. */
export interface PerceptronLayer {
    readonly outputSize: number;
    /** [outputSize, previous layer's outputSize]; null in the first layer. */
    readonly hiddenWeights: Float32Array | null;
    /** [outputSize, featureCount] */
    readonly featureWeights: Float32Array | null;
    /** [outputSize, latentSize] */
    readonly latentWeights: Float32Array | null;
    /** [outputSize] */
    readonly bias: Float32Array;
    readonly activation: Activation;
}

/** (latent code, point) → signed distance. The last layer has outputSize 1. */
export interface Perceptron {
    readonly latentSize: number;
    readonly features: readonly PointFeature[];
    readonly layers: readonly PerceptronLayer[];
}

/** Axis-aligned box in model space in which a decoder's field is meaningful. */
export interface Bounds {
    readonly min: readonly [number, number, number];
    readonly max: readonly [number, number, number];
}

/** How the graph of a decoder file takes its inputs. */
export type DecoderInputs =
    /** One input [N, latentSize + 3]. */
    | { readonly layout: "combined"; readonly input: string; readonly order: "latent-first" | "points-first" }
    /** Two inputs: the code as [1, latentSize] or as [N, latentSize], the points as [N, 3]. */
    | {
          readonly layout: "separate";
          readonly latent: string;
          readonly points: string;
          readonly latentRows: "one" | "per-point";
      };

/** A decoder file after reading. */
export interface Decoder {
    readonly latentSize: number;
    /** The network in its normal form, or null if the graph is something else (then only onnxruntime runs it). */
    readonly perceptron: Perceptron | null;
    /** Why `perceptron` is null: the node, its operator and what is supported. */
    readonly notPerceptronReason: string | null;
    /** The file itself. */
    readonly bytes: Uint8Array;
    readonly inputs: DecoderInputs;
    readonly output: string;
    /** Normally [-1, 1]³. */
    readonly bounds: Bounds;
    /** Distances are reliable up to here, in model units; DeepSDF's 0.1 unless the file says otherwise. */
    readonly clampDistance: number;
    readonly metadata: DecoderMetadata | null;
}

/** One normal distribution of the prior over codes: z = mean + factors · ε₁ + deviations ⊙ ε₂. */
export interface PriorComponent {
    /** Category this component belongs to, an entry of `DecoderMetadata.categories`. */
    readonly category: string;
    /** Share of this component; the weights of a file sum to 1. */
    readonly weight: number;
    /** [latentSize] */
    readonly mean: Float32Array;
    /** [factorCount, latentSize], row-major; each row a principal direction times its deviation. */
    readonly factors: Float32Array;
    readonly factorCount: number;
    /** [latentSize], what the factors leave unexplained. */
    readonly deviations: Float32Array;
    /**
     * What part of the trained codes' spread factors and deviations are: they were narrowed so that samples are whole
     * shapes. Divided by it they say how likely a shape is beforehand. 1 where it is absent.
     */
    readonly spread?: number;
}

/** Codes of real shapes of one category, chosen to stand for all that it holds. */
export interface CategoryExemplars {
    /** An entry of `DecoderMetadata.categories`. */
    readonly category: string;
    readonly count: number;
    /** [count, latentSize] */
    readonly codes: Float32Array;
}

/** A principal axis of the codes of one category, or of all. */
export interface LatentAxis {
    readonly name: string;
    /** Category whose codes vary along it, or null for an axis of all codes. */
    readonly category: string | null;
    /** [latentSize], unit length. */
    readonly direction: Float32Array;
    /** Standard deviation of the codes along it, in latent units. */
    readonly deviation: number;
    /** Safe amounts, in standard deviations. */
    readonly range: readonly [number, number];
}

/** What rides in the file's `metadata_props` under `deepsdf`. */
export interface DecoderMetadata {
    readonly version: 1;
    readonly latentSize: number;
    readonly bounds: Bounds;
    readonly clampDistance: number;
    readonly upAxis: "x" | "y" | "z";
    readonly categories: readonly string[];
    readonly prior: readonly PriorComponent[];
    readonly axes: readonly LatentAxis[];
    /** What searches for a scan's shape begin at; samples of the prior, which are more alike, where it is absent. */
    readonly exemplars?: readonly CategoryExemplars[];
    /** Free-form facts on how the weights came to be (data, licence, recipe, date). */
    readonly provenance: Readonly<Record<string, unknown>>;
    /** Free-form measured figures. */
    readonly evaluation: Readonly<Record<string, unknown>>;
}
