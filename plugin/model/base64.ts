/** Little-endian float32 as base64; works in browsers and in Node, without Buffer. */
export function encodeFloats(values: Float32Array): string {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i], true);
    let text = "";
    for (let i = 0; i < view.byteLength; i++) text += String.fromCharCode(view.getUint8(i));
    return btoa(text);
}

/** Length of the base64 text of `count` floats. */
export function encodedLength(count: number): number {
    return Math.ceil((count * 4) / 3) * 4;
}

/**
 * The inverse of `encodeFloats`.
 *
 * @returns null if `text` is not base64 of a whole number of floats
 */
export function decodeFloats(text: string): Float32Array | null {
    let binary: string;
    try {
        binary = atob(text);
    } catch {
        return null;
    }
    if (binary.length % 4 !== 0) return null;
    const view = new DataView(new ArrayBuffer(binary.length));
    for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i));
    return Float32Array.from({ length: binary.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}
