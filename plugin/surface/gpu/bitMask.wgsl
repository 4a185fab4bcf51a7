// Which cells or corners of a grid are wanted: one bit each. CPU twin: bitMask.ts, memberPoints in refine.ts.

@group(0) @binding(1) var<storage, read_write> mask: array<u32>;
// Per word: how many members come before it (after the scan), and its bits.
@group(0) @binding(2) var<storage, read_write> ranks: array<vec2u>;
// Index of each member, ascending.
@group(0) @binding(3) var<storage, read_write> members: array<u32>;
// [n, 3]
@group(0) @binding(4) var<storage, read_write> points: array<f32>;
// As scan.wgsl leaves them.
@group(0) @binding(5) var<storage, read_write> counts: array<Record>;
@group(0) @binding(6) var<storage, read_write> groupCounts: array<u32>;

fn writePoint(place: u32, index: u32) {
    let point = stage.origin + stage.spacing * vec3f(positionOf(index, stage.size));
    let slot = entryAt(place);
    members[slot] = index;
    points[3u * slot] = point.x;
    points[3u * slot + 1u] = point.y;
    points[3u * slot + 2u] = point.z;
}

// All places of a grid, without a mask.
@compute @workgroup_size(WORKGROUP)
fn listAll(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    let all = stage.size.x * stage.size.y * stage.size.z;
    for (var index = id.x; index < all; index += groups.x * WORKGROUP) {
        writePoint(index, index);
    }
    if id.x == 0u { counts[code] = Record(all, all, vec2u(all, 0u), vec2u(all, 0u)); }
    if id.x == 0u && code == 0u {
        groupCounts[0] = groupsFor(all);
        groupCounts[1] = groups.y;
        groupCounts[2] = 1u;
    }
}

@compute @workgroup_size(WORKGROUP)
fn markAll(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    let bits = stage.size.x * stage.size.y * stage.size.z;
    for (var w = id.x; w < stage.wordCount; w += groups.x * WORKGROUP) {
        let left = bits - 32u * w;
        mask[wordAt(32u * w)] = select(0xffffffffu, (1u << (left & 31u)) - 1u, left < 32u);
    }
}

@compute @workgroup_size(WORKGROUP)
fn countMembers(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    // The scan that follows looks for the most.
    if id.x == 0u && code == 0u { groupCounts[0] = 0u; }
    for (var w = id.x; w < stage.wordCount; w += groups.x * WORKGROUP) {
        let at = wordAt(32u * w);
        ranks[at] = vec2u(countOneBits(mask[at]), 0u);
    }
}

@compute @workgroup_size(WORKGROUP)
fn listMembers(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    for (var w = id.x; w < stage.wordCount; w += groups.x * WORKGROUP) {
        let at = wordAt(32u * w);
        let bits = mask[at];
        var place = ranks[at].x;
        ranks[at].y = bits;
        for (var rest = bits; rest != 0u && place < stage.capacity; rest &= rest - 1u) {
            writePoint(place, 32u * w + countTrailingZeros(rest));
            place++;
        }
    }
}
