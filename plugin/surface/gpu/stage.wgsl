// Shared by the kernels of this room: what a stage of the search works on. Prepended to each of them.
//
// Several codes are searched for together: along y of a dispatch an invocation's code, in each buffer the part of one
// code behind the part of another, as long as `stage` says for one.

struct Stage {
    // Position of the member with index (0, 0, 0), and the distance between neighbours, model units.
    origin: vec3f,
    spacing: f32,
    // Members along x, y, z, and the 32-bit words of their mask; 0 where all are members and there is no mask.
    size: vec3u,
    wordCount: u32,
    // Members of the next stage, and how many of them lie under one of this: 2 cells or 3 corners, along each axis.
    targetSize: vec3u,
    childSide: u32,
    boundsMin: vec3f,
    // A cell is followed while |field| at its centre is at most this, or a neighbour's has the other sign.
    threshold: f32,
    boundsMax: vec3f,
    // Closer than this to the bounds counts as on them.
    skin: f32,
    // Entries of the lists; what does not fit is dropped, and seen in the counts.
    capacity: u32,
    vertexCapacity: u32,
    triangleCapacity: u32,
    // 1 for clockwise triangles.
    clockwise: u32,
    // Entries of the list of followed corners.
    followedCapacity: u32,
}

// Of one code's list, see scan.wgsl.
struct Record {
    pending: u32,
    found: u32,
    held: vec2u,
    total: vec2u,
}

@group(0) @binding(0) var<uniform> stage: Stage;

// Along an axis of a dispatch.
override mostWorkgroups: u32 = 65535u;

const WORKGROUP = 64u;

// Which code an invocation works for.
var<private> code: u32;

// Entry of a list's buffers by its place among its code's.
fn entryAt(place: u32) -> u32 {
    return code * stage.capacity + place;
}

fn wordAt(index: u32) -> u32 {
    return code * stage.wordCount + index / 32u;
}

fn targetWordAt(index: u32) -> u32 {
    let all = stage.targetSize.x * stage.targetSize.y * stage.targetSize.z;
    return code * ((all + 31u) / 32u) + index / 32u;
}

fn positionOf(index: u32, size: vec3u) -> vec3u {
    let row = index / size.x;
    return vec3u(index % size.x, row % size.y, row / size.y);
}

fn indexOf(position: vec3u, size: vec3u) -> u32 {
    return position.x + size.x * (position.y + size.y * position.z);
}

// How far outside the bounds a point lies (largest over the six faces), negative inside.
fn boxDistance(point: vec3f) -> f32 {
    let outside = max(stage.boundsMin - point, point - stage.boundsMax);
    return max(outside.x, max(outside.y, outside.z));
}

// Workgroups for a list, as an indirect dispatch takes them; a longer list is taken in turns.
fn groupsFor(items: u32) -> u32 {
    return min((items + WORKGROUP - 1u) / WORKGROUP, mostWorkgroups);
}

// A gradient as a normal; upward where it has no direction.
fn unitNormal(gradient: vec3f) -> vec3f {
    let length = length(gradient);
    // As bits, because shader compilers may assume that there is no NaN.
    let isFinite = (bitcast<u32>(length) & 0x7fffffffu) < 0x7f800000u;
    if isFinite && length > 1e-12 { return gradient / length; }
    return vec3f(0.0, 1.0, 0.0);
}
