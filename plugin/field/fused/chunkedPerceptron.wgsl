// One layer of a wide multilayer perceptron for a chunk of points, as a tiled product of matrices; the layers of a chunk
// follow one another in dispatches of their own. CPU twin: ReferenceField. After network.wgsl.
//
// Where layers are wide, a tile that carries its points through all layers is narrow and reads each weight for few
// points. Here a workgroup computes 64 outputs of 64 points: weights and inputs come through workgroup memory 16 inputs
// at a time, and each is used for 64 points or outputs.

const INVOCATIONS = 64u;
// Quads of inputs that are staged at a time.
const DEPTH = 4u;
const TILE_POINTS = 64u;
const TILE_QUADS = 16u;
const POINTS_EACH = 8u;

struct Step {
    layer: u32,
}

struct Chunk {
    start: u32,
    // Points of each code.
    size: u32,
    // Points that `scratch` holds for each quad.
    room: u32,
}

@group(0) @binding(6) var<uniform> step_: Step;
@group(0) @binding(7) var<uniform> chunk: Chunk;
// Two buffers of activations, by quad, then by point; layers write to them in turn.
@group(0) @binding(8) var<storage, read_write> scratch: array<vec4f>;

// By quad of outputs, then by quad of inputs.
var<workgroup> blocks: array<mat4x4f, 64>;
// By quad of inputs, then by point.
var<workgroup> inputs: array<vec4f, 256>;

// Where in each quad of the scratch the chunk's points of the code at work begin.
var<private> scratchStart: u32;

fn slot(parity: u32, quad: u32, place: u32) -> u32 {
    return (parity * network.widthQuads + quad) * chunk.room + scratchStart + place;
}

// Weights from a quad of inputs, the hidden ones first, then the features; any beyond the last, where inputs are zeros.
fn blockAt(layer: Layer, output: u32, input: u32) -> mat4x4f {
    if input < layer.hiddenQuads && layer.hiddenOffset != ABSENT {
        return weights[layer.hiddenOffset + output * layer.hiddenQuads + input];
    }
    if layer.featureOffset == ABSENT { return weights[0]; }
    let feature = min(input - hiddenCount(layer), network.featureQuads - 1u);
    return weights[layer.featureOffset + output * network.featureQuads + feature];
}

fn hiddenCount(layer: Layer) -> u32 {
    return select(layer.hiddenQuads, 0u, layer.hiddenOffset == ABSENT);
}

fn inputCount(layer: Layer) -> u32 {
    return hiddenCount(layer) + select(network.featureQuads, 0u, layer.featureOffset == ABSENT);
}

// A quad of inputs of a point; zeros beyond the last.
fn inputAt(layer: Layer, input: u32, place: u32, count: u32) -> vec4f {
    if input < hiddenCount(layer) {
        return scratch[slot((step_.layer + 1u) & 1u, input, place)];
    }
    if input < inputCount(layer) {
        let point = pointAt(min(chunk.start + place, count - 1u));
        let feature = input - hiddenCount(layer);
        return featureValues(feature, featureArguments(feature, point), false);
    }
    return vec4f(0.0);
}

@compute @workgroup_size(INVOCATIONS)
fn evaluateLayer(@builtin(local_invocation_index) invocation: u32, @builtin(workgroup_id) group: vec3u) {
    let count = pointCountOf(group.z);
    let tileStart = group.x * TILE_POINTS;
    if chunk.start + tileStart >= count { return; }
    takeCode(group.z);
    scratchStart = group.z * chunk.size;
    let layer = network.layers[step_.layer];
    let firstQuad = group.y * TILE_QUADS + 2u * (invocation % 8u);
    let firstPlace = POINTS_EACH * (invocation / 8u);
    let lastQuad = layer.outputQuads - 1u;
    let lowBias = constants[constantStart + layer.biasOffset + min(firstQuad, lastQuad)];
    let highBias = constants[constantStart + layer.biasOffset + min(firstQuad + 1u, lastQuad)];
    var low = array<vec4f, 8>(lowBias, lowBias, lowBias, lowBias, lowBias, lowBias, lowBias, lowBias);
    var high = array<vec4f, 8>(highBias, highBias, highBias, highBias, highBias, highBias, highBias, highBias);
    for (var start = 0u; start < inputCount(layer); start += DEPTH) {
        let output = min(group.y * TILE_QUADS + invocation / DEPTH, lastQuad);
        blocks[invocation] = blockAt(layer, output, start + invocation % DEPTH);
        for (var d = 0u; d < DEPTH; d++) {
            inputs[d * TILE_POINTS + invocation] = inputAt(layer, start + d, tileStart + invocation, count);
        }
        workgroupBarrier();
        for (var d = 0u; d < DEPTH; d++) {
            let lowBlock = blocks[2u * (invocation % 8u) * DEPTH + d];
            let highBlock = blocks[(2u * (invocation % 8u) + 1u) * DEPTH + d];
            for (var p = 0u; p < POINTS_EACH; p++) {
                let values = inputs[d * TILE_POINTS + firstPlace + p];
                low[p] += lowBlock * values;
                high[p] += highBlock * values;
            }
        }
        workgroupBarrier();
    }
    let isLast = step_.layer + 1u == network.layerCount;
    for (var p = 0u; p < POINTS_EACH; p++) {
        let place = tileStart + firstPlace + p;
        let index = chunk.start + place;
        if isLast {
            if firstQuad == 0u && index < count { distances[pointStart + index] = activate(layer.activation, layer.alpha, low[p]).x; }
            continue;
        }
        if firstQuad <= lastQuad {
            scratch[slot(step_.layer & 1u, firstQuad, place)] = activate(layer.activation, layer.alpha, low[p]);
        }
        if firstQuad + 1u <= lastQuad {
            scratch[slot(step_.layer & 1u, firstQuad + 1u, place)] = activate(layer.activation, layer.alpha, high[p]);
        }
    }
}
