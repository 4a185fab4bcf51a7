// Matrices move against their orthogonal directions.

struct Step {
    adam: f32,
    /** The schedule's factor. */
    muon: f32,
    penalty: f32,
}

struct Matrices {
    size: u32,
    count: u32,
    /** Learning rate times Muon's scale. */
    rate: f32,
}

@group(0) @binding(0) var<storage, read> directions: array<f32>;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(3) var<uniform> matrices: Matrices;
@group(0) @binding(4) var<uniform> step: Step;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= matrices.size * matrices.count) {
        return;
    }
    parameters[offsets[id.x / matrices.size] + id.x % matrices.size] -= step.muon * matrices.rate * directions[id.x];
}
