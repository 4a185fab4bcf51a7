// Signed distances of a multilayer perceptron, its hidden layers multiplied by the adapter's matrices of subgroups. CPU
// twins: ReferenceField, and for halves halfReference.ts of the tests. After subgroupMatrices.wgsl, the sizes that
// matrixKernel.ts writes, and network.wgsl.
//
// A workgroup carries POINTS points through all layers. A subgroup computes every SUBGROUPS-th tile of outputs, for all of
// the points; its sums stay in its matrices until all of the layer's inputs are read. They then go through workgroup
// memory, as many outputs as the subgroups have at a time, for the lanes of a matrix are not to be told apart: there each
// invocation adds biases and features to some outputs of one point and applies the activation. Features, sums, activation
// functions and the distances are in single precision whatever the matrices hold.

const INVOCATIONS = SUBGROUPS * SUBGROUP_SIZE;
const POINT_TILES = POINTS / TILE_POINTS;
// Outputs whose sums are in workgroup memory at a time, and how often that is.
const OUTPUTS_TOGETHER = SUBGROUPS * TILE_OUTPUTS;
const STEPS = (WIDTH + OUTPUTS_TOGETHER - 1u) / OUTPUTS_TOGETHER;
// Invocations that share a point, and the quads of outputs that are each one's.
const SHARERS = INVOCATIONS / POINTS;
const QUADS_TOGETHER = OUTPUTS_TOGETHER / 4u;
const QUADS_EACH = (QUADS_TOGETHER + SHARERS - 1u) / SHARERS;

// Both by output, then by point.
var<workgroup> activations: array<Element, WIDTH * POINTS>;
var<workgroup> sums: array<f32, OUTPUTS_TOGETHER * POINTS>;

fn sumsOf(quad: u32, point: u32) -> vec4f {
    let at = 4u * quad * POINTS + point;
    return vec4f(sums[at], sums[at + POINTS], sums[at + 2u * POINTS], sums[at + 3u * POINTS]);
}

fn keep(quad: u32, point: u32, values: vec4f) {
    for (var i = 0u; i < 4u; i++) {
        activations[(4u * quad + i) * POINTS + point] = toElement(values[i]);
    }
}

// From sums to activations, or of the last layer to distances, for the quads of a step.
fn finish(layer: Layer, isLast: bool, firstQuad: u32, invocation: u32, start: u32, count: u32) {
    let point = invocation % POINTS;
    let isCounted = start + point < count;
    let position = pointAt(min(start + point, count - 1u));
    let firstMine = invocation / POINTS;
    var values = array<vec4f, QUADS_EACH>();
    for (var i = 0u; i < QUADS_EACH; i++) {
        let mine = firstMine + i * SHARERS;
        if mine < QUADS_TOGETHER && firstQuad + mine < layer.outputQuads {
            values[i] = constants[constantStart + layer.biasOffset + firstQuad + mine];
            if layer.hiddenOffset != ABSENT { values[i] += sumsOf(mine, point); }
        }
    }
    if layer.featureOffset != ABSENT {
        for (var f = 0u; f < network.featureQuads; f++) {
            let features = featureValues(f, featureArguments(f, position), false);
            for (var i = 0u; i < QUADS_EACH; i++) {
                let quad = min(firstQuad + firstMine + i * SHARERS, layer.outputQuads - 1u);
                values[i] += weights[layer.featureOffset + quad * network.featureQuads + f] * features;
            }
        }
    }
    for (var i = 0u; i < QUADS_EACH; i++) {
        let mine = firstMine + i * SHARERS;
        let quad = firstQuad + mine;
        let outputs = activate(layer.activation, layer.alpha, values[i]);
        if isLast {
            if quad == 0u && isCounted { distances[pointStart + start + point] = outputs.x; }
        } else if mine < QUADS_TOGETHER && 4u * quad < WIDTH {
            // Zeros fill the next layer's last tile of inputs.
            keep(quad, point, select(vec4f(0.0), outputs, quad < layer.outputQuads));
        }
    }
}

@compute @workgroup_size(INVOCATIONS)
fn evaluateMatrices(
    @builtin(local_invocation_id) place: vec3u,
    subgroup: Subgroup,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    let mine = subgroupIndex(subgroup);
    let count = pointCountOf(group.y);
    takeCode(group.y);
    for (var tile = group.x; tile * POINTS < count; tile += groups.x) {
        let start = tile * POINTS;
        // Of the layer's weights.
        var weightStart = 0u;
        for (var l = 0u; l < network.layerCount; l++) {
            let layer = network.layers[l];
            let isLast = l + 1u == network.layerCount;
            let inputTiles = (4u * layer.hiddenQuads + TILE_INPUTS - 1u) / TILE_INPUTS;
            let outputTiles = (4u * layer.outputQuads + TILE_OUTPUTS - 1u) / TILE_OUTPUTS;
            let multiplies = layer.hiddenOffset != ABSENT;
            // Zeros said aloud: without, Dawn (webgpu 0.6.2) leaves a variable of a loop as the round before left it.
            var products = array<Outputs, STEPS * POINT_TILES>();
            // Where an adapter's subgroups come out smaller than they may be, there are more of them, without a tile.
            if multiplies && mine < SUBGROUPS {
                for (var i = 0u; i < inputTiles; i++) {
                    var inputs: array<Inputs, POINT_TILES>;
                    for (var p = 0u; p < POINT_TILES; p++) {
                        inputs[p] = loadInputs(i * TILE_INPUTS * POINTS + p * TILE_POINTS);
                    }
                    for (var s = 0u; s < STEPS; s++) {
                        let outputTile = s * SUBGROUPS + mine;
                        if outputTile < outputTiles {
                            let at = (outputTile * inputTiles + i) * TILE_OUTPUTS * TILE_INPUTS;
                            let block = loadWeights(weightStart + at);
                            for (var p = 0u; p < POINT_TILES; p++) {
                                products[s * POINT_TILES + p] = addProduct(block, inputs[p], products[s * POINT_TILES + p]);
                            }
                        }
                    }
                }
            }
            workgroupBarrier();
            for (var s = 0u; s < STEPS; s++) {
                let firstOutput = s * OUTPUTS_TOGETHER;
                // All that the next layer reads, its last tile to the full.
                if firstOutput >= (4u * layer.outputQuads + TILE_INPUTS - 1u) / TILE_INPUTS * TILE_INPUTS { break; }
                if multiplies && mine < SUBGROUPS {
                    for (var p = 0u; p < POINT_TILES; p++) {
                        storeOutputs(mine * TILE_OUTPUTS * POINTS + p * TILE_POINTS, products[s * POINT_TILES + p]);
                    }
                }
                workgroupBarrier();
                finish(layer, isLast, firstOutput / 4u, place.x, start, count);
                workgroupBarrier();
            }
            weightStart += select(0u, outputTiles * inputTiles * TILE_OUTPUTS * TILE_INPUTS, multiplies);
        }
    }
}
