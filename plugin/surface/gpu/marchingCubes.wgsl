// Triangles from the distances at a grid's corners; a vertex belongs to the lower corner of its edge.
// CPU twin: marchingCubes.ts. After corners.wgsl. Cases, corners and edges are numbered as in caseTable.ts.

struct CaseTable {
    // Two words a case, two cases an entry.
    words: array<vec4u, 128>,
}

@group(0) @binding(1) var<uniform> caseTable: CaseTable;
// Per corner: the case of the cell that begins there, and from bit 8 on which of its edges are crossed.
@group(0) @binding(6) var<storage, read_write> classes: array<u32>;
// Per corner: first vertex and first triangle among its code's (before the scan: how many).
@group(0) @binding(7) var<storage, read_write> offsets: array<vec2u>;
// Of each code: open edges, surface cells.
@group(0) @binding(8) var<storage, read_write> tally: array<atomic<u32>>;
@group(0) @binding(10) var<storage, read_write> positions: array<f32>;
@group(0) @binding(11) var<storage, read_write> indices: array<u32>;

// Lower corner of an edge: the k-th that has 0 along the edge's axis.
fn edgeCorner(edge: u32) -> u32 {
    let axis = edge >> 2u;
    let k = edge & 3u;
    let below = (1u << axis) - 1u;
    return ((k & ~below) << 1u) | (k & below);
}

fn tableWord(pattern: u32, half: u32) -> u32 {
    let word = 2u * pattern + half;
    return caseTable.words[word / 4u][word % 4u];
}

fn triangleCount(pattern: u32) -> u32 {
    return tableWord(pattern, 1u) >> 28u;
}

@compute @workgroup_size(WORKGROUP)
fn classifyCorners(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    for (var place = id.x; place < stage.capacity; place += groups.x * WORKGROUP) {
        let slot = entryAt(place);
        if place >= counts[code].held.x {
            offsets[slot] = vec2u(0u);
            continue;
        }
        let position = positionOf(members[slot], stage.size);
        var crossings = 0u;
        for (var axis = 0u; axis < 3u; axis++) {
            if isCrossed(slot, position, axis) {
                crossings |= 1u << axis;
                if !isClosedAround(position, axis) { atomicAdd(&tally[2u * code], 1u); }
            }
        }
        var pattern = 0u;
        if cellIsComplete(vec3i(position)) {
            for (var corner = 0u; corner < 8u; corner++) {
                let neighbour = slotOf(indexOf(position + cornerOffset(corner), stage.size));
                // Lists that ran full are seen in the counts; here the corner only has to be harmless.
                if neighbour != ABSENT && distances[neighbour] < 0.0 { pattern |= 1u << corner; }
            }
            if triangleCount(pattern) > 0u { atomicAdd(&tally[2u * code + 1u], 1u); }
        }
        classes[slot] = pattern | (crossings << 8u);
        offsets[slot] = vec2u(countOneBits(crossings), triangleCount(pattern));
    }
}

@compute @workgroup_size(WORKGROUP)
fn emitVertices(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    for (var place = id.x; place < counts[code].held.x; place += groups.x * WORKGROUP) {
        let slot = entryAt(place);
        let crossings = classes[slot] >> 8u;
        var vertex = offsets[slot].x;
        let corner = positionOf(members[slot], stage.size);
        let start = stage.origin + stage.spacing * vec3f(corner);
        for (var axis = 0u; axis < 3u; axis++) {
            if (crossings & (1u << axis)) == 0u || vertex >= stage.vertexCapacity { continue; }
            let next = corner + axisStep(axis);
            let neighbour = slotOf(indexOf(next, stage.size));
            let end = stage.origin + stage.spacing * vec3f(next);
            // The two differ in sign, so the difference is not zero.
            let t = distances[slot] / (distances[slot] - distances[neighbour]);
            let position = start + t * (end - start);
            let at = 3u * (code * stage.vertexCapacity + vertex);
            positions[at] = position.x;
            positions[at + 1u] = position.y;
            positions[at + 2u] = position.z;
            vertex++;
        }
    }
}

fn vertexOn(edge: u32, cell: vec3u) -> u32 {
    let owner = slotOf(indexOf(cell + cornerOffset(edgeCorner(edge)), stage.size));
    if owner == ABSENT { return 0u; }
    let before = (classes[owner] >> 8u) & ((1u << (edge >> 2u)) - 1u);
    return offsets[owner].x + countOneBits(before);
}

@compute @workgroup_size(WORKGROUP)
fn emitTriangles(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    for (var place = id.x; place < counts[code].held.x; place += groups.x * WORKGROUP) {
        let slot = entryAt(place);
        let pattern = classes[slot] & 255u;
        let cell = positionOf(members[slot], stage.size);
        let first = offsets[slot].y;
        for (var t = 0u; t < triangleCount(pattern) && first + t < stage.triangleCapacity; t++) {
            var corners: array<u32, 3>;
            for (var i = 0u; i < 3u; i++) {
                let entry = 3u * t + i;
                let edge = (tableWord(pattern, entry >> 3u) >> (4u * (entry & 7u))) & 15u;
                corners[i] = min(vertexOn(edge, cell), stage.vertexCapacity - 1u);
            }
            let at = 3u * (code * stage.triangleCapacity + first + t);
            indices[at] = corners[0];
            indices[at + 1u] = corners[1u + stage.clockwise];
            indices[at + 2u] = corners[2u - stage.clockwise];
        }
    }
}
