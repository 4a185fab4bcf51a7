// Signed distances, and their gradients, of a multilayer perceptron whose code is folded into its biases.
// CPU twin: ReferenceField.
//
// No barriers, so that it runs well on software adapters too: an invocation carries four points at a time through all
// layers. Weights come as 4 × 4 blocks that every invocation reads in the same order (one fetch feeds a whole
// subgroup, and all four points); activations live in a scratch buffer, interleaved by invocation so that
// neighbours read neighbouring addresses, and small enough to stay in the cache.

const MAX_LAYERS = 16;
const ABSENT = 0xffffffffu;
const POINTS = 4u;

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
    @align(16) layers: array<Layer, MAX_LAYERS>,
}

@group(0) @binding(0) var<uniform> network: Network;
// 4 × 4 blocks, row of blocks by row of blocks; a column of a block holds the weights of one input.
@group(0) @binding(1) var<storage, read> weights: array<mat4x4f>;
// Per feature its direction and phase, then the folded biases of all layers.
@group(0) @binding(2) var<storage, read> constants: array<vec4f>;
// [n, 3]
@group(0) @binding(3) var<storage, read> points: array<f32>;
// How many points there are, in its first entry.
@group(0) @binding(4) var<storage, read> pointCount: array<u32>;
// [n]
@group(0) @binding(5) var<storage, read_write> distances: array<f32>;
@group(0) @binding(6) var<storage, read_write> scratch: array<vec4f>;
// [n, 3]
@group(0) @binding(7) var<storage, read_write> pointGradients: array<f32>;
// [n, latentSize]
@group(0) @binding(8) var<storage, read_write> latentGradients: array<f32>;

fn slot(quad: u32, point: u32, invocation: u32) -> u32 {
    return (quad * POINTS + point) * network.invocationCount + invocation;
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

fn pointAt(index: u32) -> vec3f {
    return vec3f(points[3u * index], points[3u * index + 1u], points[3u * index + 2u]);
}

// Arguments of the features 4q … 4q + 3; 0 beyond the last.
fn featureArguments(q: u32, point: vec3f) -> vec4f {
    var arguments = vec4f(0.0);
    for (var c = 0u; c < 4u; c++) {
        let feature = 4u * q + c;
        if feature < network.featureCount {
            let line = constants[feature];
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

// Adds the product of a block row with `quads` quads of scratch to the sums of the four points.
fn addProduct(sums: array<vec4f, 4>, firstBlock: u32, firstQuad: u32, quads: u32, invocation: u32) -> array<vec4f, 4> {
    var s0 = sums[0];
    var s1 = sums[1];
    var s2 = sums[2];
    var s3 = sums[3];
    for (var i = 0u; i < quads; i++) {
        let block = weights[firstBlock + i];
        s0 += block * scratch[slot(firstQuad + i, 0u, invocation)];
        s1 += block * scratch[slot(firstQuad + i, 1u, invocation)];
        s2 += block * scratch[slot(firstQuad + i, 2u, invocation)];
        s3 += block * scratch[slot(firstQuad + i, 3u, invocation)];
    }
    return array<vec4f, 4>(s0, s1, s2, s3);
}

// The product of a transposed block column with `quads` quads of scratch, for the four points.
fn transposedProduct(firstBlock: u32, stride: u32, firstQuad: u32, quads: u32, invocation: u32) -> array<vec4f, 4> {
    var s0 = vec4f(0.0);
    var s1 = vec4f(0.0);
    var s2 = vec4f(0.0);
    var s3 = vec4f(0.0);
    for (var i = 0u; i < quads; i++) {
        let block = weights[firstBlock + i * stride];
        s0 += scratch[slot(firstQuad + i, 0u, invocation)] * block;
        s1 += scratch[slot(firstQuad + i, 1u, invocation)] * block;
        s2 += scratch[slot(firstQuad + i, 2u, invocation)] * block;
        s3 += scratch[slot(firstQuad + i, 3u, invocation)] * block;
    }
    return array<vec4f, 4>(s0, s1, s2, s3);
}

// Scratch, in quads: features, two buffers of activations, then for gradients the derivative of every layer's
// activation and the gradient by the features.
fn bufferStart(parity: u32) -> u32 {
    return network.featureQuads + parity * network.widthQuads;
}

fn derivativeStart(layer: u32) -> u32 {
    return network.featureQuads + (2u + layer) * network.widthQuads;
}

fn featureGradientStart() -> u32 {
    return derivativeStart(network.layerCount);
}

// Runs the four points of `tile` through the layers and writes their distances.
fn forward(tile: u32, count: u32, invocation: u32, keepDerivatives: bool) {
    for (var p = 0u; p < POINTS; p++) {
        let point = pointAt(min(tile * POINTS + p, count - 1u));
        for (var q = 0u; q < network.featureQuads; q++) {
            scratch[slot(q, p, invocation)] = featureValues(q, featureArguments(q, point), false);
        }
    }
    for (var l = 0u; l < network.layerCount; l++) {
        let layer = network.layers[l];
        let source = bufferStart((l + 1u) & 1u);
        let target_ = bufferStart(l & 1u);
        for (var o = 0u; o < layer.outputQuads; o++) {
            let bias = constants[layer.biasOffset + o];
            var sums = array<vec4f, 4>(bias, bias, bias, bias);
            if layer.hiddenOffset != ABSENT {
                let block = layer.hiddenOffset + o * layer.hiddenQuads;
                sums = addProduct(sums, block, source, layer.hiddenQuads, invocation);
            }
            if layer.featureOffset != ABSENT {
                let block = layer.featureOffset + o * network.featureQuads;
                sums = addProduct(sums, block, 0u, network.featureQuads, invocation);
            }
            for (var p = 0u; p < POINTS; p++) {
                scratch[slot(target_ + o, p, invocation)] = activate(layer.activation, layer.alpha, sums[p]);
                if keepDerivatives {
                    scratch[slot(derivativeStart(l) + o, p, invocation)] =
                        activationDerivative(layer.activation, layer.alpha, sums[p]);
                }
            }
        }
    }
    let result = bufferStart((network.layerCount - 1u) & 1u);
    for (var p = 0u; p < POINTS; p++) {
        let index = tile * POINTS + p;
        if index < count {
            distances[index] = scratch[slot(result, p, invocation)].x;
        }
    }
}

// Adds to the code's gradient what one layer contributes; `delta` is where the gradient by the layer's sums begins.
fn addLatentGradients(tile: u32, count: u32, invocation: u32, layer: Layer, delta: u32) {
    for (var q = 0u; q < network.latentQuads; q++) {
        let block = layer.latentOffset + q;
        let sums = transposedProduct(block, network.latentQuads, delta, layer.outputQuads, invocation);
        for (var p = 0u; p < POINTS; p++) {
            let index = tile * POINTS + p;
            for (var c = 0u; c < 4u; c++) {
                let entry = 4u * q + c;
                if index < count && entry < network.latentSize {
                    latentGradients[index * network.latentSize + entry] += sums[p][c];
                }
            }
        }
    }
}

// Carries ∂distance back from the last layer to the features and the code, after `forward`.
fn backward(tile: u32, count: u32, invocation: u32) {
    let last = network.layerCount - 1u;
    var delta = bufferStart(last & 1u);
    for (var p = 0u; p < POINTS; p++) {
        let slope = scratch[slot(derivativeStart(last), p, invocation)].x;
        scratch[slot(delta, p, invocation)] = vec4f(slope, 0.0, 0.0, 0.0);
        for (var q = 0u; q < network.featureQuads; q++) {
            scratch[slot(featureGradientStart() + q, p, invocation)] = vec4f(0.0);
        }
        let index = tile * POINTS + p;
        if network.wantsLatentGradients != 0u && index < count {
            for (var i = 0u; i < network.latentSize; i++) {
                latentGradients[index * network.latentSize + i] = 0.0;
            }
        }
    }
    for (var l = last + 1u; l > 0u; l--) {
        let layer = network.layers[l - 1u];
        if layer.featureOffset != ABSENT {
            for (var q = 0u; q < network.featureQuads; q++) {
                let block = layer.featureOffset + q;
                let sums = transposedProduct(block, network.featureQuads, delta, layer.outputQuads, invocation);
                for (var p = 0u; p < POINTS; p++) {
                    scratch[slot(featureGradientStart() + q, p, invocation)] += sums[p];
                }
            }
        }
        if network.wantsLatentGradients != 0u && layer.latentOffset != ABSENT {
            addLatentGradients(tile, count, invocation, layer, delta);
        }
        if layer.hiddenOffset != ABSENT {
            let next = bufferStart(l & 1u);
            for (var q = 0u; q < layer.hiddenQuads; q++) {
                let block = layer.hiddenOffset + q;
                let sums = transposedProduct(block, layer.hiddenQuads, delta, layer.outputQuads, invocation);
                for (var p = 0u; p < POINTS; p++) {
                    let slope = scratch[slot(derivativeStart(l - 2u) + q, p, invocation)];
                    scratch[slot(next + q, p, invocation)] = sums[p] * slope;
                }
            }
            delta = next;
        }
    }
    for (var p = 0u; p < POINTS; p++) {
        let index = tile * POINTS + p;
        if index < count {
            let point = pointAt(index);
            var gradient = vec3f(0.0);
            for (var q = 0u; q < network.featureQuads; q++) {
                let slopes = featureValues(q, featureArguments(q, point), true);
                let byArgument = slopes * scratch[slot(featureGradientStart() + q, p, invocation)];
                for (var f = 4u * q; f < min(4u * q + 4u, network.featureCount); f++) {
                    gradient += byArgument[f % 4u] * constants[f].xyz;
                }
            }
            pointGradients[3u * index] = gradient.x;
            pointGradients[3u * index + 1u] = gradient.y;
            pointGradients[3u * index + 2u] = gradient.z;
        }
    }
}

// The number of invocations at work is fixed by the scratch buffer; they take tiles of four points in turn.

@compute @workgroup_size(64)
fn evaluate(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= network.invocationCount { return; }
    let count = pointCount[0];
    for (var tile = id.x; tile * POINTS < count; tile += network.invocationCount) {
        forward(tile, count, id.x, false);
    }
}

@compute @workgroup_size(64)
fn evaluateGradient(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= network.invocationCount { return; }
    let count = pointCount[0];
    for (var tile = id.x; tile * POINTS < count; tile += network.invocationCount) {
        forward(tile, count, id.x, true);
        backward(tile, count, id.x);
    }
}
