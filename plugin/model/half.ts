const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** Of the exponent that 5 bits tell. */
const POWERS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (exponent - 15));

/** Value of the IEEE 754 half-precision number whose 16 bits are `half`. */
export function halfToFloat(half: number): number {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (1 + fraction / 1024) * POWERS[exponent];
}

/** Bits of the half-precision number nearest to `value`, ties to even; infinity from 65520 on. */
export function floatToHalf(value: number): number {
    single[0] = value;
    const sign = (bits[0] >>> 16) & 0x8000;
    const magnitude = Math.abs(single[0]);
    if (Number.isNaN(magnitude)) return sign | 0x7e00;
    if (magnitude >= 65520) return sign | 0x7c00;
    // Below 2^-14 halves are multiples of 2^-24; above, of 2^(exponent - 10).
    const exponent = Math.max(((bits[0] >>> 23) & 0xff) - 127, -14);
    const steps = roundToEven(magnitude * 2 ** (10 - exponent));
    // A carry out of the fraction lands in the exponent, which is what rounding up means.
    return sign | (steps < 1024 ? steps : ((exponent + 15) << 10) + (steps - 1024));
}

function roundToEven(value: number): number {
    const floor = Math.floor(value);
    const rest = value - floor;
    return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
