// Where a search begins that goes on from the one before: at the cells of the coarsest level that are not clear.
// CPU twin: unclearCells in searchMemory.ts. After bitMask.wgsl and clearance.wgsl.

@compute @workgroup_size(WORKGROUP)
fn markUnclear(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let all = stage.size.x * stage.size.y * stage.size.z;
    for (var w = id.x; w < stage.wordCount; w += groups.x * WORKGROUP) {
        var bits = 0u;
        for (var bit = 0u; bit < min(32u, all - 32u * w); bit++) {
            if !isClear(clearances[memory.own + 32u * w + bit]) { bits |= 1u << bit; }
        }
        mask[w] = bits;
    }
}
