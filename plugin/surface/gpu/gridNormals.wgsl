// Unit normals from differences of the distances at the corners: for live surfaces, which then evaluate nothing at their
// vertices. CPU twin: gridNormals in normals.ts. After corners.wgsl.

// As classifyCorners and the scan leave them, see marchingCubes.wgsl.
@group(0) @binding(6) var<storage, read> classes: array<u32>;
@group(0) @binding(7) var<storage, read> offsets: array<vec2u>;
// [n, 3]
@group(0) @binding(10) var<storage, read_write> normals: array<f32>;

// Change of the distance over a cell along an axis: between both neighbours, or to the one that is known.
fn slopeAlong(slot: u32, position: vec3u, axis: u32) -> f32 {
    var low = slot;
    var high = slot;
    if position[axis] > 0u {
        let below = slotOf(indexOf(position - axisStep(axis), stage.size));
        low = select(below, slot, below == ABSENT);
    }
    if position[axis] + 1u < stage.size[axis] {
        let above = slotOf(indexOf(position + axisStep(axis), stage.size));
        high = select(above, slot, above == ABSENT);
    }
    let cells = f32(low != slot) + f32(high != slot);
    return (distances[high] - distances[low]) / max(cells, 1.0);
}

fn gradientAt(slot: u32, position: vec3u) -> vec3f {
    return vec3f(slopeAlong(slot, position, 0u), slopeAlong(slot, position, 1u), slopeAlong(slot, position, 2u));
}

@compute @workgroup_size(WORKGROUP)
fn gridNormals(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    for (var place = id.x; place < counts[code].held.x; place += groups.x * WORKGROUP) {
        let slot = entryAt(place);
        let crossings = classes[slot] >> 8u;
        if crossings == 0u { continue; }
        var vertex = offsets[slot].x;
        let corner = positionOf(members[slot], stage.size);
        let gradient = gradientAt(slot, corner);
        for (var axis = 0u; axis < 3u; axis++) {
            if (crossings & (1u << axis)) == 0u || vertex >= stage.vertexCapacity { continue; }
            let next = corner + axisStep(axis);
            let neighbour = slotOf(indexOf(next, stage.size));
            let t = distances[slot] / (distances[slot] - distances[neighbour]);
            let normal = unitNormal(mix(gradient, gradientAt(neighbour, next), t));
            let at = 3u * (code * stage.vertexCapacity + vertex);
            normals[at] = normal.x;
            normals[at + 1u] = normal.y;
            normals[at + 2u] = normal.z;
            vertex++;
        }
    }
}
