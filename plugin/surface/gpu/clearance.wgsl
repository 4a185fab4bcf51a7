// How far distances may still move before a cell could matter, while a code moves a little. What they moved since the
// memory began is summed up, and a clearance is a reading of that sum: up to it the cell is clear. Below 0 where the cell
// lies inside. Prepended to the kernels of searches that begin from the one before. CPU twin: clearance.ts.

struct Memory {
    // Of distances since the memory began, model units.
    moved: f32,
    // First clearance of this level's cells, and of the next level's, or of the grid's by their lower corners.
    own: u32,
    children: u32,
    // Of the children along x, y, z: 1 where their places are corners, of which the last begin no cell.
    beyond: u32,
}

@group(0) @binding(10) var<storage, read_write> clearances: array<f32>;
@group(0) @binding(11) var<uniform> memory: Memory;

fn isClear(clearance: f32) -> bool {
    return abs(clearance) > memory.moved;
}

// |distance|, or 0 where it was no number, which says nothing of how it moves.
fn certain(distance: f32) -> f32 {
    return select(0.0, abs(distance), abs(distance) < 1e30f);
}

fn childOf(position: vec3u, child: u32) -> vec3u {
    return 2u * position + vec3u(child & 1u, (child >> 1u) & 1u, child >> 2u);
}

fn isInGrid(child: vec3u) -> bool {
    return all(child + memory.beyond < stage.targetSize);
}
