/** What to tell a user whose file can't be read. */
export function wrongScan(name: string, received: string, expected: string, advice: string): Error {
    return new Error(`readScanAsync: ${name} ${received}; expected ${expected}; ${advice}`);
}

/** No file may claim more points or triangles than this: a reader's lists of them stay below 2 GiB. */
export const MAX_FILE_POINTS = 20_000_000;

/** A view of the bytes that begins at their buffer's first byte, as three.js' readers want it. */
export function wholeBuffer(bytes: Uint8Array): ArrayBuffer {
    const { buffer, byteOffset, byteLength } = bytes;
    return buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength
        ? buffer
        : (bytes.slice().buffer as ArrayBuffer);
}

/** What a reader of another library said, unless it speaks of its own insides. */
export function reasonOf(cause: unknown): string {
    return cause instanceof Error && !(cause instanceof TypeError || cause instanceof RangeError)
        ? cause.message
        : "its parts do not fit together";
}
