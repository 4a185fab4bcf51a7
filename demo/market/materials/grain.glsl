// Colour in the body of a prop, from its place in the prop alone: it needs no texture coordinates and moves with the
// prop.

float grainHash(vec3 cell) {
    vec3 p = fract(cell * vec3(0.1031, 0.1030, 0.0973));
    p += dot(p, p.yzx + 33.33);
    return fract((p.x + p.y) * p.z);
}

// Value noise from 0 to 1.
float grainNoise(vec3 place) {
    vec3 cell = floor(place);
    vec3 t = place - cell;
    vec3 s = t * t * (3.0 - 2.0 * t);
    float low = mix(
        mix(grainHash(cell), grainHash(cell + vec3(1.0, 0.0, 0.0)), s.x),
        mix(grainHash(cell + vec3(0.0, 1.0, 0.0)), grainHash(cell + vec3(1.0, 1.0, 0.0)), s.x),
        s.y);
    float high = mix(
        mix(grainHash(cell + vec3(0.0, 0.0, 1.0)), grainHash(cell + vec3(1.0, 0.0, 1.0)), s.x),
        mix(grainHash(cell + vec3(0.0, 1.0, 1.0)), grainHash(cell + vec3(1.0, 1.0, 1.0)), s.x),
        s.y);
    return mix(low, high, s.z);
}

// stretch: xyz cells in one unit along the axes, w strength. split: height, softness, raggedness, spots.
vec3 grainColor(vec3 base, vec3 second, vec3 place, vec3 normal, vec4 stretch, vec4 split) {
    // Boards lie across: where a face looks up, the long axis of the grain turns into it.
    vec3 turned = abs(normal.y) > 0.7 ? stretch.yxz : stretch.xyz;
    float fine = grainNoise(place * turned);
    float broad = grainNoise(place * 2.3 + 7.0);
    float edge = place.y - split.x + split.z * (grainNoise(place * 5.0) - 0.5);
    float spot = step(split.w, grainNoise(place * 6.5 + 3.0));
    float share = smoothstep(-split.y, split.y, edge);
    vec3 color = mix(base, mix(second, base, spot), share);
    return color * (1.0 + stretch.w * (1.4 * fine + 0.6 * broad - 1.0));
}
