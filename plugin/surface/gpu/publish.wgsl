// Hands a finished surface to the buffers that are drawn, if it is whole and fits; else they keep the one before, so
// that no frame shows half a shape. CPU twin of the verdict: isWhole in summary.ts.

struct Front {
    vertexCapacity: u32,
    triangleCapacity: u32,
    // Lists in the summary: levels, corners, followed corners, and the mesh as the last.
    listCount: u32,
}

const WORKGROUP = 64u;
// Words of a record, and where in it the pairs begin.
const RECORD = 6u;
const HELD = 2u;
const TOTAL = 4u;

@group(0) @binding(0) var<uniform> front: Front;
// Six words a list, see scan.wgsl; then open edges and surface cells.
@group(0) @binding(1) var<storage, read> summary: array<u32>;
// Whether the surface goes out, its vertices and triangles.
@group(0) @binding(2) var<storage, read_write> verdict: array<u32>;
// Of an indexed indirect draw.
@group(0) @binding(3) var<storage, read_write> drawArguments: array<u32>;
@group(0) @binding(4) var<storage, read> backPositions: array<f32>;
@group(0) @binding(5) var<storage, read> backNormals: array<f32>;
@group(0) @binding(6) var<storage, read_write> frontPositions: array<f32>;
@group(0) @binding(7) var<storage, read_write> frontNormals: array<f32>;
@group(0) @binding(8) var<storage, read> backIndices: array<u32>;
@group(0) @binding(9) var<storage, read_write> frontIndices: array<u32>;

@compute @workgroup_size(1)
fn judge() {
    let mesh = RECORD * (front.listCount - 1u);
    let vertices = summary[mesh + TOTAL];
    let triangles = summary[mesh + TOTAL + 1u];
    let openEdges = summary[RECORD * front.listCount];
    var fits = vertices <= front.vertexCapacity && triangles <= front.triangleCapacity && openEdges == 0u;
    for (var list = 0u; list < front.listCount; list++) {
        let held = RECORD * list + HELD;
        let total = RECORD * list + TOTAL;
        fits = fits && summary[held] == summary[total] && summary[held + 1u] == summary[total + 1u];
    }
    verdict[0] = u32(fits);
    verdict[1] = vertices;
    verdict[2] = triangles;
    if fits { drawArguments[0] = 3u * triangles; }
}

@compute @workgroup_size(WORKGROUP)
fn publishVertices(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let count = verdict[0] * 3u * verdict[1];
    for (var n = id.x; n < count; n += groups.x * WORKGROUP) {
        frontPositions[n] = backPositions[n];
        frontNormals[n] = backNormals[n];
    }
}

// Zeros behind the last triangle, so that drawing the whole buffer shows the same.
@compute @workgroup_size(WORKGROUP)
fn publishIndices(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let count = verdict[0] * 3u * front.triangleCapacity;
    for (var n = id.x; n < count; n += groups.x * WORKGROUP) {
        var index = 0u;
        if n < 3u * verdict[2] { index = backIndices[n]; }
        frontIndices[n] = index;
    }
}
