// Puts the followed corners behind the found ones, again after each round. CPU twin: followSurface in extractSurface.ts.

// Eight words, see scan.wgsl; the second totals count the evaluations of followed corners over all rounds.
@group(0) @binding(1) var<storage, read_write> counts: array<u32>;
@group(0) @binding(2) var<storage, read_write> members: array<u32>;
@group(0) @binding(3) var<storage, read_write> distances: array<f32>;
@group(0) @binding(4) var<storage, read_write> followedCounts: array<u32>;
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
        // Where the found ones ran full, their number stays.
        counts[2] = max(counts[2], found + followedCounts[2]);
        counts[4] = groupsFor(held);
        let evaluated = select(0u, followedCounts[0], followedCounts[4] > 0u);
        counts[1] += evaluated;
        counts[3] += evaluated;
    }
}

// A round that found nothing new has nothing to evaluate.
@compute @workgroup_size(1)
fn endRound() {
    if counts[7] + followedCounts[2] <= counts[2] { followedCounts[4] = 0u; }
}
