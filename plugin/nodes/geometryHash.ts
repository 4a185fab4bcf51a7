/**
 * A text that differs for different arrays: their lengths and 2 × 32 bits of FNV-1a over their numbers as float32.
 * For finding what was worked out before, not for keeping secrets.
 */
export function geometryHash(arrays: readonly (ArrayLike<number> | null | undefined)[]): string {
    const number = new Float32Array(1);
    const bits = new Uint32Array(number.buffer);
    let a = 0x811c9dc5;
    let b = 0x01234567;
    for (const array of arrays) {
        const length = array?.length ?? 0;
        a = Math.imul(a ^ length, 0x01000193);
        b = Math.imul(b ^ length, 0x85ebca6b);
        for (let i = 0; i < length; i++) {
            number[0] = (array as ArrayLike<number>)[i];
            a = Math.imul(a ^ bits[0], 0x01000193);
            b = Math.imul(b ^ (bits[0] >>> 7) ^ (bits[0] << 25), 0x85ebca6b);
        }
    }
    return (
        arrays.map((array) => array?.length ?? 0).join("/") +
        [a, b].map((half) => ` ${(half >>> 0).toString(16)}`).join("")
    );
}
