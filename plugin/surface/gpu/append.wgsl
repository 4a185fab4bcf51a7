// Puts the followed corners behind the found ones, again after each round. CPU twin: followSurface in extractSurface.ts.

// See scan.wgsl; the second totals count the evaluations of followed corners over all rounds.
@group(0) @binding(1) var<storage, read_write> counts: array<Record>;
@group(0) @binding(2) var<storage, read_write> members: array<u32>;
@group(0) @binding(3) var<storage, read_write> distances: array<f32>;
@group(0) @binding(4) var<storage, read_write> followedCounts: array<Record>;
@group(0) @binding(5) var<storage, read> followedMembers: array<u32>;
@group(0) @binding(6) var<storage, read> followedDistances: array<f32>;
// Of the indirect dispatches over all corners, and over the followed ones.
@group(0) @binding(7) var<storage, read_write> groupCounts: array<atomic<u32>>;
@group(0) @binding(8) var<storage, read_write> followedGroups: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn appendFollowed(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    let found = counts[code].found;
    let followed = followedCounts[code];
    let held = min(found + followed.held.x, stage.capacity);
    for (var place = id.x; found + place < held; place += groups.x * WORKGROUP) {
        let source = code * stage.followedCapacity + place;
        members[entryAt(found + place)] = followedMembers[source];
        distances[entryAt(found + place)] = followedDistances[source];
    }
    if id.x == 0u {
        counts[code].held.x = held;
        // Where the found ones ran full, their number stays.
        counts[code].total.x = max(counts[code].total.x, found + followed.total.x);
        counts[code].held.y += followed.pending;
        counts[code].total.y += followed.pending;
        atomicMax(&groupCounts[0], groupsFor(held));
    }
}

// Codes whose round found nothing new have nothing to evaluate. One invocation for all of them.
@compute @workgroup_size(1)
fn endRound() {
    var most = 0u;
    for (var each = 0u; each < followedGroups[1]; each++) {
        let followed = followedCounts[each];
        if counts[each].found + followed.total.x <= counts[each].total.x {
            followedCounts[each].pending = 0u;
        } else {
            most = max(most, groupsFor(followed.held.x));
        }
    }
    followedGroups[0] = most;
}
