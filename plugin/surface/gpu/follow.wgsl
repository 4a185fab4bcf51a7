// Marks the corners missing from cells beside crossed edges, where the surface goes on and the search passed it over.
// Those followed in earlier rounds stay marked. CPU twin: follow.ts. After corners.wgsl.

@group(0) @binding(6) var<storage, read_write> missing: array<atomic<u32>>;

fn markMissing(origin: vec3i) {
    for (var c = 0u; c < 8u; c++) {
        let corner = origin + vec3i(cornerOffset(c));
        if any(corner < vec3i(0)) || any(vec3u(corner) >= stage.size) { continue; }
        let index = indexOf(vec3u(corner), stage.size);
        if !isMember(index) { atomicOr(&missing[wordAt(index)], 1u << (index & 31u)); }
    }
}

@compute @workgroup_size(WORKGROUP)
fn markOpenCells(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    for (var place = id.x; place < counts[code].held.x; place += groups.x * WORKGROUP) {
        let slot = entryAt(place);
        let position = positionOf(members[slot], stage.size);
        for (var axis = 0u; axis < 3u; axis++) {
            if isCrossed(slot, position, axis) && !isClosedAround(position, axis) {
                for (var cell = 0u; cell < 4u; cell++) {
                    markMissing(cellAround(position, axis, cell));
                }
            }
        }
    }
}
