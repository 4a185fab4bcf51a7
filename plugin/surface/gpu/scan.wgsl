// Exclusive prefix sums of pairs, in place: blocks are summed level by level until one is left, which is scanned, and
// the sums are handed down again. No barriers. CPU twin: exclusiveScan in bitMask.ts.

struct Scan {
    count: u32,
    // Largest totals the lists behind the two sums can hold.
    capacity: vec2u,
}

const WORKGROUP = 64u;
const BLOCK = 64u;

@group(0) @binding(0) var<uniform> scan: Scan;
@group(0) @binding(1) var<storage, read_write> values: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec2u>;
// Eight words: the two totals as far as the lists reach; as they are; an indirect dispatch with an invocation an item of
// the first list; the first total again, which stays when more is appended.
@group(0) @binding(3) var<storage, read_write> counts: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn sumBlocks(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var block = id.x; block * BLOCK < scan.count; block += groups.x * WORKGROUP) {
        var sum = vec2u(0u);
        for (var i = block * BLOCK; i < min((block + 1u) * BLOCK, scan.count); i++) {
            sum += values[i];
        }
        sums[block] = sum;
    }
}

@compute @workgroup_size(1)
fn scanLast() {
    var sum = vec2u(0u);
    for (var i = 0u; i < scan.count; i++) {
        let value = values[i];
        values[i] = sum;
        sum += value;
    }
    let held = min(sum, scan.capacity);
    counts[0] = held.x;
    counts[1] = held.y;
    counts[2] = sum.x;
    counts[3] = sum.y;
    counts[4] = min((held.x + WORKGROUP - 1u) / WORKGROUP, 65535u);
    counts[5] = 1u;
    counts[6] = 1u;
    counts[7] = held.x;
}

@compute @workgroup_size(WORKGROUP)
fn scanBlocks(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var block = id.x; block * BLOCK < scan.count; block += groups.x * WORKGROUP) {
        var sum = sums[block];
        for (var i = block * BLOCK; i < min((block + 1u) * BLOCK, scan.count); i++) {
            let value = values[i];
            values[i] = sum;
            sum += value;
        }
    }
}
