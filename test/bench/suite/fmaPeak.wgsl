// Multiply-adds and nothing else: what the adapter reaches when memory does not hold it up. Eight independent chains of
// four numbers an invocation, so that a unit never waits for its own last result.

override rounds: u32 = 64u;

@group(0) @binding(0) var<storage, read_write> results: array<vec4f>;

@compute @workgroup_size(256)
fn multiplyAdd(@builtin(global_invocation_id) id: vec3u) {
    let start = f32(id.x & 255u) / 256.0;
    // Neither grows without bound nor runs into numbers too small to be normal.
    let factor = vec4f(-0.75, 0.5, -0.25, 0.75) + 0.125 * start;
    let shift = vec4f(0.25, -0.5, 0.75, -0.25) + 0.125 * start;
    var a = vec4f(start);
    var b = a + 0.1;
    var c = a + 0.2;
    var d = a + 0.3;
    var e = a + 0.4;
    var f = a + 0.5;
    var g = a + 0.6;
    var h = a + 0.7;
    for (var round = 0u; round < rounds; round++) {
        a = fma(a, factor, shift); b = fma(b, factor, shift); c = fma(c, factor, shift); d = fma(d, factor, shift);
        e = fma(e, factor, shift); f = fma(f, factor, shift); g = fma(g, factor, shift); h = fma(h, factor, shift);
        a = fma(a, factor, shift); b = fma(b, factor, shift); c = fma(c, factor, shift); d = fma(d, factor, shift);
        e = fma(e, factor, shift); f = fma(f, factor, shift); g = fma(g, factor, shift); h = fma(h, factor, shift);
    }
    results[id.x] = ((a + b) + (c + d)) + ((e + f) + (g + h));
}
