import { floatToHalf, halfToFloat } from "./half.js";

/** "float16" rounds each number to the nearest half, in half the text. */
export type FloatPrecision = "float32" | "float16";

const BYTES = { float32: 4, float16: 2 };

/** Little-endian floats as base64; works in browsers and in Node, without Buffer. */
export function encodeFloats(values: Float32Array, precision: FloatPrecision = "float32"): string {
    const size = BYTES[precision];
    const view = new DataView(new ArrayBuffer(values.length * size));
    for (let i = 0; i < values.length; i++) {
        if (precision === "float32") view.setFloat32(i * size, values[i], true);
        else view.setUint16(i * size, floatToHalf(values[i]), true);
    }
    let text = "";
    for (let i = 0; i < view.byteLength; i++) text += String.fromCharCode(view.getUint8(i));
    return btoa(text);
}

/** Length of the base64 text of `count` floats. */
export function encodedLength(count: number, precision: FloatPrecision = "float32"): number {
    return Math.ceil((count * BYTES[precision]) / 3) * 4;
}

/**
 * The inverse of `encodeFloats`.
 *
 * @returns null if `text` is not base64 of a whole number of floats
 */
export function decodeFloats(text: string, precision: FloatPrecision = "float32"): Float32Array | null {
    let binary: string;
    try {
        binary = atob(text);
    } catch {
        return null;
    }
    const size = BYTES[precision];
    if (binary.length % size !== 0) return null;
    const view = new DataView(new ArrayBuffer(binary.length));
    for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i));
    return Float32Array.from({ length: binary.length / size }, (_, i) =>
        precision === "float32" ? view.getFloat32(i * size, true) : halfToFloat(view.getUint16(i * size, true)),
    );
}
