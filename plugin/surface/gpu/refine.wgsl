// From the distances at a level's members to the members of the next. CPU twin: refine.ts.

const FAR = 1e30f;

@group(0) @binding(1) var<storage, read> counts: array<u32>;
@group(0) @binding(2) var<storage, read> members: array<u32>;
// [n, 3]
@group(0) @binding(3) var<storage, read> points: array<f32>;
// [n]
@group(0) @binding(4) var<storage, read_write> distances: array<f32>;
@group(0) @binding(5) var<storage, read_write> targetMask: array<atomic<u32>>;

// Compared as bits, because shader compilers may assume that there is no NaN.
fn isNumber(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7fffffffu) <= 0x7f800000u;
}

@compute @workgroup_size(WORKGROUP)
fn clipDistances(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let count = counts[0];
    for (var n = id.x; n < count; n += groups.x * WORKGROUP) {
        let toBox = boxDistance(vec3f(points[3u * n], points[3u * n + 1u], points[3u * n + 2u]));
        let box = select(toBox, 0.0, abs(toBox) < stage.skin);
        let distance = select(FAR, distances[n], isNumber(distances[n]));
        distances[n] = clamp(max(distance, box), -FAR, FAR);
    }
}

@compute @workgroup_size(WORKGROUP)
fn markChildren(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let count = counts[0];
    for (var slot = id.x; slot < count; slot += groups.x * WORKGROUP) {
        if abs(distances[slot]) <= stage.threshold {
            let start = 2u * positionOf(members[slot], stage.size);
            let end = min(start + stage.childSide, stage.targetSize);
            for (var z = start.z; z < end.z; z++) {
                for (var y = start.y; y < end.y; y++) {
                    for (var x = start.x; x < end.x; x++) {
                        let index = indexOf(vec3u(x, y, z), stage.targetSize);
                        atomicOr(&targetMask[index / 32u], 1u << (index & 31u));
                    }
                }
            }
        }
    }
}
