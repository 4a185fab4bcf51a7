/** Which cells or corners of a grid are wanted: one bit each, x fastest. CPU twin of `bitMask.wgsl`. */
export interface BitMask {
    /** Along x, y, z. */
    readonly size: readonly [number, number, number];
    readonly words: Uint32Array;
}

/** Where the members of a mask stand in their compact list. */
export interface RankedMask extends BitMask {
    /** Per word, how many members come before it. */
    readonly offsets: Uint32Array;
    readonly count: number;
}

export function createMask(size: readonly [number, number, number]): BitMask {
    return { size, words: new Uint32Array(Math.ceil((size[0] * size[1] * size[2]) / 32)) };
}

export function markAll(mask: BitMask): void {
    const bits = mask.size[0] * mask.size[1] * mask.size[2];
    mask.words.fill(0xffffffff);
    if (bits % 32 !== 0) {
        mask.words[mask.words.length - 1] = 2 ** (bits % 32) - 1;
    }
}

/** Marks the box from (x, y, z), `side` long, as far as it lies inside. */
export function markBox({ size, words }: BitMask, x: number, y: number, z: number, side: number): void {
    const endX = Math.min(x + side, size[0]);
    const endY = Math.min(y + side, size[1]);
    const endZ = Math.min(z + side, size[2]);
    for (let k = z; k < endZ; k++) {
        for (let j = y; j < endY; j++) {
            const row = size[0] * (j + size[1] * k);
            for (let index = row + x; index < row + endX; index++) {
                words[index >>> 5] |= 1 << (index & 31);
            }
        }
    }
}

export function rankMask(mask: BitMask): RankedMask {
    const offsets = mask.words.map(countBits);
    const count = exclusiveScan(offsets);
    return { ...mask, offsets, count };
}

/** Replaces each value by the sum of those before it; returns the sum of all. CPU twin of `scan.wgsl`. */
export function exclusiveScan(values: Uint32Array): number {
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
        const value = values[i];
        values[i] = sum;
        sum += value;
    }
    return sum;
}

/** Indices of all places of a grid, ascending. */
export function listAll(size: readonly [number, number, number]): Uint32Array {
    return Uint32Array.from({ length: size[0] * size[1] * size[2] }, (_, index) => index);
}

/** Indices of the members, ascending. */
export function listMembers({ words, count }: RankedMask): Uint32Array {
    const members = new Uint32Array(count);
    let slot = 0;
    for (let w = 0; w < words.length; w++) {
        for (let bits = words[w]; bits !== 0; bits &= bits - 1) {
            members[slot++] = 32 * w + 31 - Math.clz32(bits & -bits);
        }
    }
    return members;
}

/** Place of a member in the list, or −1 if it is none. */
export function rankOf({ words, offsets }: RankedMask, index: number): number {
    const word = words[index >>> 5];
    const bit = 1 << (index & 31);
    return word & bit ? offsets[index >>> 5] + countBits(word & (bit - 1)) : -1;
}

function countBits(word: number): number {
    let n = word - ((word >>> 1) & 0x55555555);
    n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
    return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
