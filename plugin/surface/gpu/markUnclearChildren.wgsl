// As markChildren.wgsl, for a search that goes on from the one before: what is known to be clear is left out, and what is
// ruled out here is noted. CPU twin: refine.ts. After refine.wgsl and clearance.wgsl.

fn sideOf(index: u32) -> u32 {
    let slot = slotOf(index);
    if slot != ABSENT { return sideOfSlot(slot); }
    let clearance = clearances[memory.own + index];
    return select(UNKNOWN, select(OUTSIDE, INSIDE, clearance < 0.0), isClear(clearance));
}

fn markCorners(cell: vec3u) {
    for (var corner = 0u; corner < 8u; corner++) {
        let index = indexOf(cell + vec3u(corner & 1u, (corner >> 1u) & 1u, corner >> 2u), stage.targetSize);
        atomicOr(&targetMask[targetWordAt(index)], 1u << (index & 31u));
    }
}

fn markUnclearChildrenOf(position: vec3u) {
    for (var each = 0u; each < 8u; each++) {
        let child = childOf(position, each);
        if !isInGrid(child) { continue; }
        let index = indexOf(child, stage.targetSize);
        if isClear(clearances[memory.children + index]) { continue; }
        if memory.beyond == 1u {
            markCorners(child);
        } else {
            atomicOr(&targetMask[targetWordAt(index)], 1u << (index & 31u));
        }
    }
}

@compute @workgroup_size(WORKGROUP)
fn markUnclearChildren(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var place = id.x; place < counts[0].held.x; place += groups.x * WORKGROUP) {
        let slot = entryAt(place);
        let position = positionOf(members[slot], stage.size);
        let distance = clipped(slot);
        let isNear = abs(distance) <= stage.threshold || signChanges(position, distance < 0.0);
        if isNear { markUnclearChildrenOf(position); }
        let margin = select(memory.moved + max(0.0, certain(distance) - stage.threshold), 0.0, isNear);
        clearances[memory.own + members[slot]] = select(margin, -margin, distance < 0.0);
    }
}
