// Which cells or corners of a grid are wanted: one bit each. CPU twin: bitMask.ts, memberPoints in refine.ts.

@group(0) @binding(1) var<storage, read_write> mask: array<u32>;
// Per word: how many members come before it (after the scan), and its bits.
@group(0) @binding(2) var<storage, read_write> ranks: array<vec2u>;
// Index of each member, ascending.
@group(0) @binding(3) var<storage, read_write> members: array<u32>;
// [n, 3]
@group(0) @binding(4) var<storage, read_write> points: array<f32>;
// As scan.wgsl leaves them.
@group(0) @binding(5) var<storage, read_write> counts: array<u32>;

fn writePoint(slot: u32, index: u32) {
    let point = stage.origin + stage.spacing * vec3f(positionOf(index, stage.size));
    members[slot] = index;
    points[3u * slot] = point.x;
    points[3u * slot + 1u] = point.y;
    points[3u * slot + 2u] = point.z;
}

// All places of a grid, without a mask.
@compute @workgroup_size(WORKGROUP)
fn listAll(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let all = stage.size.x * stage.size.y * stage.size.z;
    for (var index = id.x; index < all; index += groups.x * WORKGROUP) {
        writePoint(index, index);
    }
    if id.x == 0u {
        counts[0] = all;
        counts[1] = 0u;
        counts[2] = all;
        counts[3] = 0u;
        counts[4] = groupsFor(all);
        counts[5] = 1u;
        counts[6] = 1u;
        counts[7] = all;
    }
}

@compute @workgroup_size(WORKGROUP)
fn markAll(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let bits = stage.size.x * stage.size.y * stage.size.z;
    for (var w = id.x; w < stage.wordCount; w += groups.x * WORKGROUP) {
        let left = bits - 32u * w;
        mask[w] = select(0xffffffffu, (1u << (left & 31u)) - 1u, left < 32u);
    }
}

@compute @workgroup_size(WORKGROUP)
fn countMembers(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var w = id.x; w < stage.wordCount; w += groups.x * WORKGROUP) {
        ranks[w] = vec2u(countOneBits(mask[w]), 0u);
    }
}

@compute @workgroup_size(WORKGROUP)
fn listMembers(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var w = id.x; w < stage.wordCount; w += groups.x * WORKGROUP) {
        let bits = mask[w];
        var slot = ranks[w].x;
        ranks[w].y = bits;
        for (var rest = bits; rest != 0u && slot < stage.capacity; rest &= rest - 1u) {
            writePoint(slot, 32u * w + countTrailingZeros(rest));
            slot++;
        }
    }
}
