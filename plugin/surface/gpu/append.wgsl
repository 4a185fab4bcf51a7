// Puts the followed corners behind the found ones. CPU twin: evaluateCorners in extractSurface.ts.

// Eight words, see scan.wgsl.
@group(0) @binding(1) var<storage, read_write> counts: array<u32>;
@group(0) @binding(2) var<storage, read_write> members: array<u32>;
@group(0) @binding(3) var<storage, read_write> distances: array<f32>;
@group(0) @binding(4) var<storage, read> followedCounts: array<u32>;
@group(0) @binding(5) var<storage, read> followedMembers: array<u32>;
@group(0) @binding(6) var<storage, read> followedDistances: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn appendFollowed(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let found = counts[7];
    let held = min(found + followedCounts[0], stage.capacity);
    for (var n = id.x; found + n < held; n += groups.x * WORKGROUP) {
        members[found + n] = followedMembers[n];
        distances[found + n] = followedDistances[n];
    }
    if id.x == 0u {
        counts[0] = held;
        counts[2] += followedCounts[2];
        counts[4] = groupsFor(held);
    }
}
