// Stands in for subgroupMatrices.wgsl where an adapter has no such matrices: every lane holds whole ones and multiplies by
// loops. Halves are kept as single precision, rounded to what a half holds; HALVES says whether.

struct Subgroup {
    @builtin(local_invocation_index) invocation: u32,
}

alias Weights = array<f32, TILE_OUTPUTS * TILE_INPUTS>;
alias Inputs = array<f32, TILE_INPUTS * TILE_POINTS>;
alias Outputs = array<f32, TILE_OUTPUTS * TILE_POINTS>;

@group(0) @binding(6) var<storage, read> hiddenWeights: array<u32>;

var<private> lane: u32;

fn subgroupIndex(subgroup: Subgroup) -> u32 {
    lane = subgroup.invocation % SUBGROUP_SIZE;
    return subgroup.invocation / SUBGROUP_SIZE;
}

fn toElement(value: f32) -> f32 {
    if HALVES { return quantizeToF16(value); }
    return value;
}

fn weightAt(index: u32) -> f32 {
    if HALVES { return unpack2x16float(hiddenWeights[index / 2u])[index % 2u]; }
    return bitcast<f32>(hiddenWeights[index]);
}

fn loadWeights(start: u32) -> Weights {
    var weights: Weights;
    for (var i = 0u; i < TILE_OUTPUTS * TILE_INPUTS; i++) { weights[i] = weightAt(start + i); }
    return weights;
}

fn loadInputs(start: u32) -> Inputs {
    var inputs: Inputs;
    for (var i = 0u; i < TILE_INPUTS * TILE_POINTS; i++) {
        inputs[i] = activations[start + i / TILE_POINTS * POINTS + i % TILE_POINTS];
    }
    return inputs;
}

fn addProduct(weights: Weights, inputs: Inputs, sums: Outputs) -> Outputs {
    var outputs = sums;
    for (var row = 0u; row < TILE_OUTPUTS; row++) {
        for (var column = 0u; column < TILE_POINTS; column++) {
            for (var i = 0u; i < TILE_INPUTS; i++) {
                outputs[row * TILE_POINTS + column] += weights[row * TILE_INPUTS + i] * inputs[i * TILE_POINTS + column];
            }
        }
    }
    return outputs;
}

// Each lane its rows.
fn storeOutputs(start: u32, outputs: Outputs) {
    for (var row = lane; row < TILE_OUTPUTS; row += SUBGROUP_SIZE) {
        for (var column = 0u; column < TILE_POINTS; column++) {
            sums[start + row * POINTS + column] = outputs[row * TILE_POINTS + column];
        }
    }
}
