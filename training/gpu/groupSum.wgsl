// Sums over groups of rows: result[g, column] = Σ values[g · rows + r, column].

struct GroupSum {
    groups: u32,
    rows: u32,
    columns: u32,
    /** Where the first sum goes, and from one group's to the next's. */
    offset: u32,
    stride: u32,
}

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@group(0) @binding(2) var<uniform> sizes: GroupSum;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let column = id.x;
    let group = id.y;
    if (column >= sizes.columns) {
        return;
    }
    var sum = 0.0;
    for (var row = 0u; row < sizes.rows; row++) {
        sum += values[(group * sizes.rows + row) * sizes.columns + column];
    }
    result[sizes.offset + group * sizes.stride + column] = sum;
}
