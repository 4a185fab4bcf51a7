// What a search leaves for the next one. CPU twin: searchMemory.ts. After corners.wgsl and clearance.wgsl.

// Of the evaluated cells of the grid: as far as the nearest sign is from changing.
@compute @workgroup_size(WORKGROUP)
fn noteCells(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var place = id.x; place < counts[0].held.x; place += groups.x * WORKGROUP) {
        let index = members[place];
        let position = positionOf(index, stage.size);
        if !cellIsComplete(vec3i(position)) { continue; }
        var least = 1e30f;
        var inside = 0u;
        for (var corner = 0u; corner < 8u; corner++) {
            let slot = slotOf(indexOf(position + cornerOffset(corner), stage.size));
            // Lists that ran full leave corners without a distance.
            if slot == ABSENT { least = 0.0; continue; }
            least = min(least, certain(distances[slot]));
            inside += u32(distances[slot] < 0.0);
        }
        let clear = memory.moved + least;
        clearances[memory.own + index] = select(select(0.0, -clear, inside == 8u), clear, inside == 0u);
    }
}

// A cell is as clear as the least clear of its children.
@compute @workgroup_size(WORKGROUP)
fn noteParents(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var place = id.x; place < counts[0].held.x; place += groups.x * WORKGROUP) {
        let index = members[place];
        let position = positionOf(index, stage.size);
        var least = 1e30f;
        var sides = 0u;
        for (var each = 0u; each < 8u; each++) {
            let child = childOf(position, each);
            if !isInGrid(child) { continue; }
            let clearance = clearances[memory.children + indexOf(child, stage.targetSize)];
            least = min(least, select(0.0, abs(clearance), isClear(clearance)));
            sides |= select(2u, 1u, clearance < 0.0);
        }
        let clearance = select(select(0.0, least, sides == 2u), -least, sides == 1u);
        let at = memory.own + index;
        if abs(clearance) > abs(clearances[at]) { clearances[at] = clearance; }
    }
}
