// The matrices of matrixPerceptron.wgsl as the adapter's own: each lies spread over a subgroup, which multiplies two of
// them in a few instructions. Chromium's extension, an early form of WebGPU's proposal "subgroup matrix"; it wants a
// subgroup to stay together wherever it touches a matrix. Before all else, as `enable` must be; `Element` is f16 or f32.

enable subgroups;
enable f16;
enable chromium_experimental_subgroup_matrix;

alias Weights = subgroup_matrix_left<Element, TILE_INPUTS, TILE_OUTPUTS>;
alias Inputs = subgroup_matrix_right<Element, TILE_POINTS, TILE_INPUTS>;
alias Outputs = subgroup_matrix_result<f32, TILE_POINTS, TILE_OUTPUTS>;

// Tile by tile, a tile row by row; of a layer the tiles of its first outputs come first.
@group(0) @binding(6) var<storage, read> hiddenWeights: array<Element>;

struct Subgroup {
    @builtin(subgroup_id) index: u32,
}

fn subgroupIndex(subgroup: Subgroup) -> u32 {
    return subgroup.index;
}

fn toElement(value: f32) -> Element {
    return Element(value);
}

fn loadWeights(start: u32) -> Weights {
    return subgroupMatrixLoad<Weights, row_major>(&hiddenWeights, start, TILE_INPUTS);
}

fn loadInputs(start: u32) -> Inputs {
    return subgroupMatrixLoad<Inputs, row_major>(&activations, start, POINTS);
}

fn addProduct(weights: Weights, inputs: Inputs, sums: Outputs) -> Outputs {
    return subgroupMatrixMultiplyAccumulate(weights, inputs, sums);
}

fn storeOutputs(start: u32, outputs: Outputs) {
    subgroupMatrixStore<row_major>(&sums, start, outputs, POINTS);
}
