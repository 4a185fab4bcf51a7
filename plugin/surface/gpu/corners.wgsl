// The evaluated corners of a grid: those that the search found, then those followed from open edges. Prepended to the
// kernels that look at a corner's neighbours. CPU twin: corners.ts.

// Held first: how many corners there are; found: how many of them the search itself found.
@group(0) @binding(2) var<storage, read> counts: array<Record>;
@group(0) @binding(3) var<storage, read> members: array<u32>;
// Per word of the found corners' mask: how many come before it, and its bits.
@group(0) @binding(4) var<storage, read> ranks: array<vec2u>;
@group(0) @binding(5) var<storage, read> distances: array<f32>;
// The same for the followed corners.
@group(0) @binding(9) var<storage, read> followedRanks: array<vec2u>;

const ABSENT = 0xffffffffu;

fn isMember(index: u32) -> bool {
    let words = ranks[wordAt(index)].y | followedRanks[wordAt(index)].y;
    return (words & (1u << (index & 31u))) != 0u;
}

fn placeIn(word: vec2u, bit: u32) -> u32 {
    return word.x + countOneBits(word.y & (bit - 1u));
}

// Entry of a corner in the lists; ABSENT if it was not evaluated or did not fit.
fn slotOf(index: u32) -> u32 {
    let bit = 1u << (index & 31u);
    let word = ranks[wordAt(index)];
    if (word.y & bit) != 0u {
        let place = placeIn(word, bit);
        return select(ABSENT, entryAt(place), place < counts[code].found);
    }
    let followed = followedRanks[wordAt(index)];
    if (followed.y & bit) == 0u { return ABSENT; }
    let place = counts[code].found + placeIn(followed, bit);
    return select(ABSENT, entryAt(place), place < counts[code].held.x);
}

fn cornerOffset(corner: u32) -> vec3u {
    return vec3u(corner & 1u, (corner >> 1u) & 1u, corner >> 2u);
}

fn axisStep(axis: u32) -> vec3u {
    return vec3u(u32(axis == 0u), u32(axis == 1u), u32(axis == 2u));
}

// Lower corner of one of the four cells around the edge from a corner along an axis; it may lie outside the grid.
fn cellAround(position: vec3u, axis: u32, cell: u32) -> vec3i {
    let u = vec3i(axisStep((axis + 1u) % 3u)) * i32(cell & 1u);
    let v = vec3i(axisStep((axis + 2u) % 3u)) * i32(cell >> 1u);
    return vec3i(position) - u - v;
}

fn cellIsComplete(origin: vec3i) -> bool {
    if any(origin < vec3i(0)) || any(vec3u(origin) + 1u >= stage.size) { return false; }
    for (var corner = 0u; corner < 8u; corner++) {
        if !isMember(indexOf(vec3u(origin) + cornerOffset(corner), stage.size)) { return false; }
    }
    return true;
}

fn isClosedAround(position: vec3u, axis: u32) -> bool {
    return cellIsComplete(cellAround(position, axis, 0u)) && cellIsComplete(cellAround(position, axis, 1u))
        && cellIsComplete(cellAround(position, axis, 2u)) && cellIsComplete(cellAround(position, axis, 3u));
}

// Whether the surface crosses the edge from a corner along an axis, as far as both ends are known.
fn isCrossed(slot: u32, position: vec3u, axis: u32) -> bool {
    let next = position + axisStep(axis);
    if any(next >= stage.size) { return false; }
    let neighbour = slotOf(indexOf(next, stage.size));
    return neighbour != ABSENT && (distances[neighbour] < 0.0) != (distances[slot] < 0.0);
}
