// From the distances at a level's members to the members of the next. CPU twin: refine.ts. After refine.wgsl.

fn sideOf(index: u32) -> u32 {
    let slot = slotOf(index);
    if slot == ABSENT { return UNKNOWN; }
    return sideOfSlot(slot);
}

@compute @workgroup_size(WORKGROUP)
fn markChildren(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    for (var place = id.x; place < counts[code].held.x; place += groups.x * WORKGROUP) {
        let slot = entryAt(place);
        let position = positionOf(members[slot], stage.size);
        let distance = clipped(slot);
        if abs(distance) <= stage.threshold || signChanges(position, distance < 0.0) {
            let start = 2u * position;
            let end = min(start + stage.childSide, stage.targetSize);
            for (var z = start.z; z < end.z; z++) {
                for (var y = start.y; y < end.y; y++) {
                    for (var x = start.x; x < end.x; x++) {
                        let index = indexOf(vec3u(x, y, z), stage.targetSize);
                        atomicOr(&targetMask[targetWordAt(index)], 1u << (index & 31u));
                    }
                }
            }
        }
    }
}
