// Colour in the body of a prop, from its place in the prop alone: it needs no texture coordinates and moves with the
// prop.

fn grainHash(cell: vec3f) -> f32 {
    let p = fract(cell * vec3f(0.1031, 0.1030, 0.0973));
    let q = p + dot(p, p.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

// Value noise from 0 to 1.
fn grainNoise(place: vec3f) -> f32 {
    let cell = floor(place);
    let t = place - cell;
    let s = t * t * (3.0 - 2.0 * t);
    let low = mix(
        mix(grainHash(cell), grainHash(cell + vec3f(1.0, 0.0, 0.0)), s.x),
        mix(grainHash(cell + vec3f(0.0, 1.0, 0.0)), grainHash(cell + vec3f(1.0, 1.0, 0.0)), s.x),
        s.y,
    );
    let high = mix(
        mix(grainHash(cell + vec3f(0.0, 0.0, 1.0)), grainHash(cell + vec3f(1.0, 0.0, 1.0)), s.x),
        mix(grainHash(cell + vec3f(0.0, 1.0, 1.0)), grainHash(cell + vec3f(1.0, 1.0, 1.0)), s.x),
        s.y,
    );
    return mix(low, high, s.z);
}

// stretch: xyz cells in one unit along the axes, w strength. split: height, softness, raggedness, spots.
fn grainColor(base: vec3f, second: vec3f, place: vec3f, normal: vec3f, stretch: vec4f, split: vec4f) -> vec3f {
    // Boards lie across: where a face looks up, the long axis of the grain turns into it.
    let turned = select(stretch.xyz, stretch.yxz, abs(normal.y) > 0.7);
    let fine = grainNoise(place * turned);
    let broad = grainNoise(place * 2.3 + 7.0);
    let edge = place.y - split.x + split.z * (grainNoise(place * 5.0) - 0.5);
    let spot = step(split.w, grainNoise(place * 6.5 + 3.0));
    let share = smoothstep(-split.y, split.y, edge);
    let color = mix(base, mix(second, base, spot), share);
    return color * (1.0 + stretch.w * (1.4 * fine + 0.6 * broad - 1.0));
}
