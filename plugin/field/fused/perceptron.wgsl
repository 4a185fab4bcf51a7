// Signed distances, and their gradients, of a multilayer perceptron whose code is folded into its biases.
// CPU twin: ReferenceField. After network.wgsl.
//
// No barriers, so that it runs well on software adapters too: an invocation carries four points at a time through all
// layers. Weights come as 4 × 4 blocks that every invocation reads in the same order (one fetch feeds a whole
// subgroup, and all four points); activations live in a scratch buffer, interleaved by invocation so that
// neighbours read neighbouring addresses, and small enough to stay in the cache.

const POINTS = 4u;

@group(0) @binding(6) var<storage, read_write> scratch: array<vec4f>;
// [n, 3]
@group(0) @binding(7) var<storage, read_write> pointGradients: array<f32>;
// [n, latentSize]
@group(0) @binding(8) var<storage, read_write> latentGradients: array<f32>;

fn slot(quad: u32, point: u32, invocation: u32) -> u32 {
    return (quad * POINTS + point) * network.invocationCount + invocation;
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
            let bias = constants[constantStart + layer.biasOffset + o];
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
            distances[pointStart + index] = scratch[slot(result, p, invocation)].x;
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
                    gradient += byArgument[f % 4u] * constants[constantStart + f].xyz;
                }
            }
            let at = 3u * (pointStart + index);
            pointGradients[at] = gradient.x;
            pointGradients[at + 1u] = gradient.y;
            pointGradients[at + 2u] = gradient.z;
        }
    }
}

// The number of invocations at work is fixed by the scratch buffer; they take tiles of four points in turn, those of one
// code after those of another. `latentGradients` is of one code.

fn invocationAt(id: vec3u, groups: vec3u) -> u32 {
    return id.x + id.y * groups.x * 64u;
}

struct Work {
    code: u32,
    // Among the code's.
    tile: u32,
    // The code's points; 0 at the end.
    count: u32,
}

// A tile by its place among those that follow a code's first.
fn workFrom(firstCode: u32, place: u32) -> Work {
    var tile = place;
    for (var code = firstCode; code < ranges.codeCount; code++) {
        let count = pointCountOf(code);
        let tiles = (count + POINTS - 1u) / POINTS;
        if tile < tiles { return Work(code, tile, count); }
        tile -= tiles;
    }
    return Work(0u, 0u, 0u);
}

fn nextWork(work: Work) -> Work {
    return workFrom(work.code, work.tile + network.invocationCount);
}

@compute @workgroup_size(64)
fn evaluate(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let invocation = invocationAt(id, groups);
    if invocation >= network.invocationCount { return; }
    for (var work = workFrom(0u, invocation); work.count > 0u; work = nextWork(work)) {
        takeCode(work.code);
        forward(work.tile, work.count, invocation, false);
    }
}

@compute @workgroup_size(64)
fn evaluateGradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let invocation = invocationAt(id, groups);
    if invocation >= network.invocationCount { return; }
    for (var work = workFrom(0u, invocation); work.count > 0u; work = nextWork(work)) {
        takeCode(work.code);
        forward(work.tile, work.count, invocation, true);
        backward(work.tile, work.count, invocation);
    }
}
