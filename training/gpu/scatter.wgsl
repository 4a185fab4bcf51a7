// Gradients of a batch's codes go to their places among those of all codes, with what draws codes to the origin. A
// batch holds a shape once.

struct Step {
    adam: f32,
    muon: f32,
    penalty: f32,
}

struct Codes {
    count: u32,
    latentSize: u32,
    offset: u32,
}

@group(0) @binding(0) var<storage, read> shapes: array<u32>;
@group(0) @binding(1) var<storage, read> chosen: array<f32>;
@group(0) @binding(2) var<storage, read> chosenGradients: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(4) var<uniform> codes: Codes;
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= codes.count * codes.latentSize) {
        return;
    }
    let shape = shapes[id.x / codes.latentSize];
    let pull = 2.0 * step.penalty / f32(codes.count) * chosen[id.x];
    gradients[codes.offset + shape * codes.latentSize + id.x % codes.latentSize] = chosenGradients[id.x] + pull;
}
