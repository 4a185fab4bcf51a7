// The codes of a batch's shapes, one after the other.

@group(0) @binding(0) var<storage, read> shapes: array<u32>;
@group(0) @binding(1) var<storage, read> parameters: array<f32>;
@group(0) @binding(2) var<storage, read_write> chosen: array<f32>;

struct Codes {
    count: u32,
    latentSize: u32,
    /** Where the table of codes begins. */
    offset: u32,
}
@group(0) @binding(3) var<uniform> codes: Codes;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= codes.count * codes.latentSize) {
        return;
    }
    let shape = shapes[id.x / codes.latentSize];
    chosen[id.x] = parameters[codes.offset + shape * codes.latentSize + id.x % codes.latentSize];
}
