// Signed distances of a multilayer perceptron, for GPUs with fast barriers. CPU twins: ReferenceField, and for halves
// halfReference.ts of the tests. After singleTypes.wgsl or halfTypes.wgsl, and network.wgsl.
//
// A workgroup carries a tile of points through all layers. Its activations stay in workgroup memory; an invocation
// computes eight outputs of eight points, so that each number it reads, weight or activation, is used eight times. The
// code is folded into the biases; features are computed where they are needed. Features, sums, activation functions and
// the distances are in single precision whatever the hidden layers are in.

const INVOCATIONS = 64u;
// Quads of activations in workgroup memory: 16 KiB, what every adapter has.
const QUADS = 1024u;
const POINTS_EACH = 8u;

// Invocations side by side along the outputs, eight outputs each; the others take further points. A power of two.
override outputGroups: u32 = 16u;

// As `weights`, in the precision of the hidden layers.
@group(0) @binding(6) var<storage, read> hiddenWeights: array<Block>;

// By quad of outputs, then by point.
var<workgroup> activations: array<Quad, QUADS>;

fn addHidden(sums: ptr<function, array<vec4f, 8>>, block: Block, values: array<Quad, 8>) {
    (*sums)[0] += vec4f(block * values[0]);
    (*sums)[1] += vec4f(block * values[1]);
    (*sums)[2] += vec4f(block * values[2]);
    (*sums)[3] += vec4f(block * values[3]);
    (*sums)[4] += vec4f(block * values[4]);
    (*sums)[5] += vec4f(block * values[5]);
    (*sums)[6] += vec4f(block * values[6]);
    (*sums)[7] += vec4f(block * values[7]);
}

fn addFeatures(sums: ptr<function, array<vec4f, 8>>, block: mat4x4f, values: array<vec4f, 8>) {
    (*sums)[0] += block * values[0];
    (*sums)[1] += block * values[1];
    (*sums)[2] += block * values[2];
    (*sums)[3] += block * values[3];
    (*sums)[4] += block * values[4];
    (*sums)[5] += block * values[5];
    (*sums)[6] += block * values[6];
    (*sums)[7] += block * values[7];
}

fn startSums(quad: u32, layer: Layer) -> array<vec4f, 8> {
    let bias = constants[constantStart + layer.biasOffset + quad];
    return array<vec4f, 8>(bias, bias, bias, bias, bias, bias, bias, bias);
}

@compute @workgroup_size(INVOCATIONS)
fn evaluateTiled(
    @builtin(local_invocation_index) invocation: u32,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    let pointGroups = INVOCATIONS / outputGroups;
    let tilePoints = POINTS_EACH * pointGroups;
    let firstQuad = 2u * (invocation % outputGroups);
    let firstPoint = POINTS_EACH * (invocation / outputGroups);
    let count = pointCountOf(group.y);
    takeCode(group.y);
    for (var tile = group.x; tile * tilePoints < count; tile += groups.x) {
        let start = tile * tilePoints;
        for (var l = 0u; l < network.layerCount; l++) {
            let layer = network.layers[l];
            let isMine = firstQuad < layer.outputQuads;
            // The last pair of quads may be half empty; its second is then computed and dropped.
            let second = min(firstQuad + 1u, layer.outputQuads - 1u);
            var low: array<vec4f, 8>;
            var high: array<vec4f, 8>;
            if isMine {
                low = startSums(firstQuad, layer);
                high = startSums(second, layer);
                if layer.hiddenOffset != ABSENT {
                    for (var i = 0u; i < layer.hiddenQuads; i++) {
                        let at = i * tilePoints + firstPoint;
                        let values = array<Quad, 8>(
                            activations[at], activations[at + 1u], activations[at + 2u], activations[at + 3u],
                            activations[at + 4u], activations[at + 5u], activations[at + 6u], activations[at + 7u],
                        );
                        addHidden(&low, hiddenWeights[layer.hiddenOffset + firstQuad * layer.hiddenQuads + i], values);
                        addHidden(&high, hiddenWeights[layer.hiddenOffset + second * layer.hiddenQuads + i], values);
                    }
                }
                if layer.featureOffset != ABSENT {
                    for (var q = 0u; q < network.featureQuads; q++) {
                        var values: array<vec4f, 8>;
                        for (var p = 0u; p < POINTS_EACH; p++) {
                            let point = pointAt(min(start + firstPoint + p, count - 1u));
                            values[p] = featureValues(q, featureArguments(q, point), false);
                        }
                        addFeatures(&low, weights[layer.featureOffset + firstQuad * network.featureQuads + q], values);
                        addFeatures(&high, weights[layer.featureOffset + second * network.featureQuads + q], values);
                    }
                }
            }
            let isLast = l + 1u == network.layerCount;
            workgroupBarrier();
            if isMine && !isLast {
                for (var p = 0u; p < POINTS_EACH; p++) {
                    let at = firstPoint + p;
                    activations[firstQuad * tilePoints + at] = Quad(activate(layer.activation, layer.alpha, low[p]));
                    if second > firstQuad {
                        activations[second * tilePoints + at] = Quad(activate(layer.activation, layer.alpha, high[p]));
                    }
                }
            }
            if firstQuad == 0u && isLast {
                for (var p = 0u; p < POINTS_EACH && start + firstPoint + p < count; p++) {
                    distances[pointStart + start + firstPoint + p] = activate(layer.activation, layer.alpha, low[p]).x;
                }
            }
            workgroupBarrier();
        }
    }
}
