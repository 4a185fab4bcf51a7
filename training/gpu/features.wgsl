// Fourier features of points (Tancik et al., 2020), into the rows of a layer's input: the point, its sines, its cosines.

struct Features {
    count: u32,
    octaves: u32,
    offset: u32,
    stride: u32,
}

@group(0) @binding(0) var<storage, read> samples: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> inputs: array<f32>;
@group(0) @binding(2) var<uniform> features: Features;

/** sin(x + turns · π/2), as the decoder's kernel `network.wgsl` computes it: WGSL's own may be off by 5e-4. */
fn sineOf(x: vec3f, turns: i32) -> vec3f {
    let quarter = round(x * 0.63661977);
    let r = ((x - quarter * 1.5703125) - quarter * 4.837512969970703e-4) - quarter * 7.549789948768648e-8;
    let z = r * r;
    let sine = r + r * z * ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1);
    let cosine = 1.0 - 0.5 * z + z * z * ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2);
    let quadrant = (vec3i(quarter) + turns) & vec3i(3);
    let value = select(sine, cosine, (quadrant & vec3i(1)) == vec3i(1));
    return select(value, -value, quadrant >= vec3i(2));
}

@compute @workgroup_size(128)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= features.count) {
        return;
    }
    let point = samples[id.x].xyz;
    let at = id.x * features.stride + features.offset;
    for (var axis = 0u; axis < 3u; axis++) {
        inputs[at + axis] = point[axis];
    }
    let sines = at + 3u;
    let cosines = sines + 3u * features.octaves;
    for (var k = 0u; k < features.octaves; k++) {
        let angles = 1.5707963267948966 * f32(1u << k) * point;
        let sine = sineOf(angles, 0);
        let cosine = sineOf(angles, 1);
        for (var axis = 0u; axis < 3u; axis++) {
            inputs[sines + 3u * k + axis] = sine[axis];
            inputs[cosines + 3u * k + axis] = cosine[axis];
        }
    }
}
