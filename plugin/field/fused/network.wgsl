// Shared by the kernels that evaluate a perceptron: its layout, activations and features. Prepended to each of them.

const MAX_LAYERS = 16;
const ABSENT = 0xffffffffu;

struct Layer {
    // Sizes in quads (4 numbers); offsets in blocks of `weights`, ABSENT where the layer has no such input.
    hiddenQuads: u32,
    outputQuads: u32,
    hiddenOffset: u32,
    featureOffset: u32,
    latentOffset: u32,
    // First bias quad in `constants`.
    biasOffset: u32,
    activation: u32,
    alpha: f32,
}

struct Network {
    layerCount: u32,
    featureCount: u32,
    // Features are ordered: identity first, then sin from here, then cos from there.
    sinStart: u32,
    cosStart: u32,
    featureQuads: u32,
    // Widest layer.
    widthQuads: u32,
    latentSize: u32,
    latentQuads: u32,
    invocationCount: u32,
    wantsLatentGradients: u32,
    // Features and biases of one code.
    constantQuads: u32,
    @align(16) layers: array<Layer, MAX_LAYERS>,
}

// Several codes in a dispatch, each with points of its own.
struct PointRanges {
    codeCount: u32,
    // From one code's first point to the next one's, and the same for their numbers in `pointCount`.
    pointStride: u32,
    countStride: u32,
}

@group(0) @binding(0) var<uniform> network: Network;
// 4 × 4 blocks, row of blocks by row of blocks; a column of a block holds the weights of one input.
@group(0) @binding(1) var<storage, read> weights: array<mat4x4f>;
// For each code: per feature its direction and phase, then the folded biases of all layers.
@group(0) @binding(2) var<storage, read> constants: array<vec4f>;
// [n, 3]
@group(0) @binding(3) var<storage, read> points: array<f32>;
// How many points there are, in its first entry; of further codes as the ranges say.
@group(0) @binding(4) var<storage, read> pointCount: array<u32>;
// [n]
@group(0) @binding(5) var<storage, read_write> distances: array<f32>;
@group(0) @binding(9) var<uniform> ranges: PointRanges;

// Where the constants and the points of the code at work begin. Not for what decides about barriers: private variables
// count as different in each invocation.
var<private> constantStart: u32;
var<private> pointStart: u32;

fn takeCode(code: u32) {
    constantStart = code * network.constantQuads;
    pointStart = code * ranges.pointStride;
}

fn pointCountOf(code: u32) -> u32 {
    return pointCount[code * ranges.countStride];
}

fn tanhOf(x: vec4f) -> vec4f {
    // Beyond 10 the result is ±1 in single precision; some drivers overflow there.
    return tanh(clamp(x, vec4f(-10.0), vec4f(10.0)));
}

// sin(x + turns · π/2), to 2e-7 for |x| up to 8 000; WGSL's own may be off by 5e-4. Reduction by a three-part π/2 and
// the polynomials of Cephes' single-precision sin and cos (S. L. Moshier, 1992).
fn sineOf(x: vec4f, turns: vec4i) -> vec4f {
    let quarter = round(x * 0.63661977);
    let r = ((x - quarter * 1.5703125) - quarter * 4.837512969970703e-4) - quarter * 7.549789948768648e-8;
    let z = r * r;
    let sine = r + r * z * ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1);
    let cosine = 1.0 - 0.5 * z + z * z * ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2);
    let quadrant = (vec4i(quarter) + turns) & vec4i(3);
    let value = select(sine, cosine, (quadrant & vec4i(1)) == vec4i(1));
    return select(value, -value, quadrant >= vec4i(2));
}

fn sigmoidOf(x: vec4f) -> vec4f {
    return 0.5 + 0.5 * tanhOf(0.5 * x);
}

fn activate(kind: u32, alpha: f32, x: vec4f) -> vec4f {
    let positive = x > vec4f(0.0);
    switch kind {
        case 1u: { return max(x, vec4f(0.0)); }
        case 2u: { return select(alpha * x, x, positive); }
        case 3u: { return select(alpha * (exp(min(x, vec4f(0.0))) - 1.0), x, positive); }
        case 4u: { return max(x, vec4f(0.0)) + log(1.0 + exp(-abs(x))); }
        case 5u: { return tanhOf(x); }
        case 6u: { return sigmoidOf(x); }
        case 7u: { return sineOf(x, vec4i(0)); }
        default: { return x; }
    }
}

fn activationDerivative(kind: u32, alpha: f32, x: vec4f) -> vec4f {
    let positive = x > vec4f(0.0);
    switch kind {
        case 1u: { return select(vec4f(0.0), vec4f(1.0), positive); }
        case 2u: { return select(vec4f(alpha), vec4f(1.0), positive); }
        case 3u: { return select(alpha * exp(min(x, vec4f(0.0))), vec4f(1.0), positive); }
        case 4u: { return sigmoidOf(x); }
        case 5u: { let t = tanhOf(x); return 1.0 - t * t; }
        case 6u: { let s = sigmoidOf(x); return s * (1.0 - s); }
        case 7u: { return sineOf(x, vec4i(1)); }
        default: { return vec4f(1.0); }
    }
}

// A point by its place among its code's.
fn pointAt(place: u32) -> vec3f {
    let index = pointStart + place;
    return vec3f(points[3u * index], points[3u * index + 1u], points[3u * index + 2u]);
}

// Arguments of the features 4q … 4q + 3; 0 beyond the last.
fn featureArguments(q: u32, point: vec3f) -> vec4f {
    var arguments = vec4f(0.0);
    for (var c = 0u; c < 4u; c++) {
        let feature = 4u * q + c;
        if feature < network.featureCount {
            let line = constants[constantStart + feature];
            arguments[c] = dot(line.xyz, point) + line.w;
        }
    }
    return arguments;
}

// Values of a quad of features, or with `derivative` their slopes by the argument. A cosine is a sine a quarter turn on.
fn featureValues(q: u32, arguments: vec4f, derivative: bool) -> vec4f {
    let index = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
    let turns = select(vec4i(0), vec4i(1), index >= vec4u(network.cosStart)) + vec4i(select(0, 1, derivative));
    let linear = select(arguments, vec4f(1.0), derivative);
    let values = select(sineOf(arguments, turns), linear, index < vec4u(network.sinStart));
    return select(vec4f(0.0), values, index < vec4u(network.featureCount));
}
