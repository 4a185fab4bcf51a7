// Exclusive prefix sums of pairs, in place: blocks are summed level by level until one is left, which is scanned, and
// the sums are handed down again. No barriers. Along y of a dispatch the codes, each with sums of its own. CPU twin:
// exclusiveScan in bitMask.ts.

struct Scan {
    // Of one code.
    count: u32,
    // Largest totals the lists behind the two sums can hold.
    capacity: vec2u,
}

// Of one code's list.
struct Record {
    // Points to evaluate: those of the list, or none where a round found nothing new.
    pending: u32,
    // The first total as far as the list reaches, which stays when more is appended.
    found: u32,
    // The two totals as far as the lists reach, and as they are.
    held: vec2u,
    total: vec2u,
}

// Along an axis of a dispatch.
override mostWorkgroups: u32 = 65535u;

const WORKGROUP = 64u;
const BLOCK = 64u;

@group(0) @binding(0) var<uniform> scan: Scan;
@group(0) @binding(1) var<storage, read_write> values: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> counts: array<Record>;
// An indirect dispatch with an invocation an item of the longest first list; 0 before.
@group(0) @binding(4) var<storage, read_write> groupCounts: array<atomic<u32>>;

fn blockCount() -> u32 {
    return (scan.count + BLOCK - 1u) / BLOCK;
}

@compute @workgroup_size(WORKGROUP)
fn sumBlocks(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var block = id.x; block < blockCount(); block += groups.x * WORKGROUP) {
        var sum = vec2u(0u);
        for (var i = block * BLOCK; i < min((block + 1u) * BLOCK, scan.count); i++) {
            sum += values[id.y * scan.count + i];
        }
        sums[id.y * blockCount() + block] = sum;
    }
}

@compute @workgroup_size(1)
fn scanLast(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    var sum = vec2u(0u);
    for (var i = id.y * scan.count; i < (id.y + 1u) * scan.count; i++) {
        let value = values[i];
        values[i] = sum;
        sum += value;
    }
    let held = min(sum, scan.capacity);
    counts[id.y] = Record(held.x, held.x, held, sum);
    atomicMax(&groupCounts[0], min((held.x + WORKGROUP - 1u) / WORKGROUP, mostWorkgroups));
    if id.y == 0u {
        atomicStore(&groupCounts[1], groups.y);
        atomicStore(&groupCounts[2], 1u);
    }
}

@compute @workgroup_size(WORKGROUP)
fn scanBlocks(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var block = id.x; block < blockCount(); block += groups.x * WORKGROUP) {
        var sum = sums[id.y * blockCount() + block];
        for (var i = block * BLOCK; i < min((block + 1u) * BLOCK, scan.count); i++) {
            let at = id.y * scan.count + i;
            let value = values[at];
            values[at] = sum;
            sum += value;
        }
    }
}
