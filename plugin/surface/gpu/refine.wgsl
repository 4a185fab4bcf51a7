// The distances at a level's members. Before the kernels that lead to the members of the next, which say by sideOf what
// is known of a neighbour. CPU twin: refine.ts.

const FAR = 1e30f;

@group(0) @binding(1) var<storage, read> counts: array<Record>;
@group(0) @binding(2) var<storage, read> members: array<u32>;
// [n, 3]
@group(0) @binding(3) var<storage, read> points: array<f32>;
// [n]
@group(0) @binding(4) var<storage, read_write> distances: array<f32>;
@group(0) @binding(5) var<storage, read_write> targetMask: array<atomic<u32>>;
// Per word of the members' mask: how many come before it, and its bits. Without meaning where all are members.
@group(0) @binding(6) var<storage, read> ranks: array<vec2u>;

const ABSENT = 0xffffffffu;

// Compared as bits, because shader compilers may assume that there is no NaN.
fn isNumber(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7fffffffu) <= 0x7f800000u;
}

// A distance cut off at the bounds, see clipDistances in refine.ts.
fn clipped(n: u32) -> f32 {
    let toBox = boxDistance(vec3f(points[3u * n], points[3u * n + 1u], points[3u * n + 2u]));
    let box = select(toBox, 0.0, abs(toBox) < stage.skin);
    let distance = select(FAR, distances[n], isNumber(distances[n]));
    return clamp(max(distance, box), -FAR, FAR);
}

@compute @workgroup_size(WORKGROUP)
fn clipDistances(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    for (var place = id.x; place < counts[code].held.x; place += groups.x * WORKGROUP) {
        let n = entryAt(place);
        distances[n] = clipped(n);
    }
}

fn slotOf(index: u32) -> u32 {
    if stage.wordCount == 0u { return entryAt(index); }
    let word = ranks[wordAt(index)];
    let bit = 1u << (index & 31u);
    if (word.y & bit) == 0u { return ABSENT; }
    let place = word.x + countOneBits(word.y & (bit - 1u));
    return select(ABSENT, entryAt(place), place < stage.capacity);
}

// Of the surface.
const UNKNOWN = 0u;
const INSIDE = 1u;
const OUTSIDE = 2u;

fn sideOfSlot(slot: u32) -> u32 {
    return select(OUTSIDE, INSIDE, clipped(slot) < 0.0);
}

// Whether a neighbour along an axis lies on the other side of the surface.
fn signChanges(position: vec3u, inside: bool) -> bool {
    for (var direction = 0u; direction < 6u; direction++) {
        var neighbour = vec3i(position);
        neighbour[direction >> 1u] += 2 * i32(direction & 1u) - 1;
        if any(neighbour < vec3i(0)) || any(vec3u(neighbour) >= stage.size) { continue; }
        let side = sideOf(indexOf(vec3u(neighbour), stage.size));
        if side != UNKNOWN && (side == INSIDE) != inside { return true; }
    }
    return false;
}
