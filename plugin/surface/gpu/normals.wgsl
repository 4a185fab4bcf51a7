// Unit normals from the field at the vertices. CPU twin: normals.ts.

// Held first: how many vertices there are.
@group(0) @binding(1) var<storage, read> counts: array<Record>;
// [n, 3]
@group(0) @binding(2) var<storage, read> positions: array<f32>;
// [n], the field there, not clipped.
@group(0) @binding(3) var<storage, read> distances: array<f32>;
// [n, 3], the field's gradients, replaced by the normals.
@group(0) @binding(4) var<storage, read_write> normals: array<f32>;

// Outward normal of the face of the bounds nearest to a point.
fn boxNormal(point: vec3f) -> vec3f {
    let low = stage.boundsMin - point;
    let high = point - stage.boundsMax;
    let nearest = boxDistance(point);
    if low.x == nearest { return vec3f(-1.0, 0.0, 0.0); }
    if low.y == nearest { return vec3f(0.0, -1.0, 0.0); }
    if low.z == nearest { return vec3f(0.0, 0.0, -1.0); }
    if high.x == nearest { return vec3f(1.0, 0.0, 0.0); }
    if high.y == nearest { return vec3f(0.0, 1.0, 0.0); }
    return vec3f(0.0, 0.0, 1.0);
}

@compute @workgroup_size(WORKGROUP)
fn finishNormals(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    code = id.y;
    for (var vertex = id.x; vertex < counts[code].held.x; vertex += groups.x * WORKGROUP) {
        let n = code * stage.vertexCapacity + vertex;
        let point = vec3f(positions[3u * n], positions[3u * n + 1u], positions[3u * n + 2u]);
        let gradient = vec3f(normals[3u * n], normals[3u * n + 1u], normals[3u * n + 2u]);
        let onBounds = boxDistance(point) > distances[n];
        var normal = unitNormal(gradient);
        if onBounds { normal = boxNormal(point); }
        normals[3u * n] = normal.x;
        normals[3u * n + 1u] = normal.y;
        normals[3u * n + 2u] = normal.z;
    }
}
