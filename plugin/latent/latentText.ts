/** First character of the text form; another one for another layout. */
const VERSION = "L";
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const MAX_LATENT_SIZE = 4096;

/**
 * A code as text for saves, links and messages: letters, digits, "-" and "_" only, lossless.
 *
 * Layout: "L", then base64url of the little-endian float32 numbers and of a 24-bit checksum over them.
 *
 * @throws if it is no Float32Array or holds a number that is not finite
 */
export function encodeLatent(latent: Float32Array): string {
    if (!(latent instanceof Float32Array) || latent.length === 0 || !latent.every(Number.isFinite)) {
        throw new Error(
            "encodeLatent: got something else than a code; expected a Float32Array of finite numbers; use a code of sampleLatent",
        );
    }
    const bytes = new Uint8Array(4 * latent.length + 3);
    const view = new DataView(bytes.buffer);
    latent.forEach((value, i) => {
        view.setFloat32(4 * i, value, true);
    });
    const check = checksum(bytes.subarray(0, 4 * latent.length));
    bytes.set([check & 255, (check >>> 8) & 255, (check >>> 16) & 255], 4 * latent.length);
    return VERSION + toDigits(bytes);
}

/**
 * The code that a text stands for.
 *
 * @param latentSize length it must have, if known
 * @throws if the text is damaged, of another version, or of another length
 */
export function decodeLatent(text: string, latentSize?: number): Float32Array {
    const wrong = (received: string) =>
        new Error(
            `decodeLatent: ${received}; expected a text that encodeLatent made${latentSize ? ` of a code of ${latentSize}` : ""}; copy it again, whole`,
        );
    if (typeof text !== "string" || !text.startsWith(VERSION)) {
        throw wrong(`got ${typeof text === "string" ? `"${text.slice(0, 12)}…"` : `a ${typeof text}`}`);
    }
    if (text.length > 8 * MAX_LATENT_SIZE) {
        throw wrong(`got ${text.length} characters`);
    }
    const bytes = fromDigits(text.slice(1));
    if (!bytes) {
        throw wrong("the text holds a character that no code has, or has one too few");
    }
    const count = (bytes.length - 3) / 4;
    if (!(Number.isInteger(count) && count > 0)) {
        throw wrong(`the text is ${text.length} characters long, which no code's is`);
    }
    const check = checksum(bytes.subarray(0, 4 * count));
    const [low, middle, high] = bytes.subarray(4 * count);
    if ((low | (middle << 8) | (high << 16)) !== check) {
        throw wrong("the text is damaged, its checksum is wrong");
    }
    if (latentSize !== undefined && count !== latentSize) {
        throw wrong(`the text holds a code of ${count}`);
    }
    const view = new DataView(bytes.buffer);
    const latent = Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
    if (!latent.every(Number.isFinite)) {
        throw wrong("the text holds a number that is not finite");
    }
    return latent;
}

/** FNV-1a folded to 24 bits. */
function checksum(bytes: Uint8Array): number {
    let hash = 0x811c9dc5;
    for (const byte of bytes) {
        hash = Math.imul(hash ^ byte, 0x01000193);
    }
    return ((hash >>> 24) ^ hash) & 0xffffff;
}

function toDigits(bytes: Uint8Array): string {
    let text = "";
    for (let i = 0; i < bytes.length; i += 3) {
        const left = bytes.length - i;
        const group = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
        for (let k = 0; k <= Math.min(left, 3); k++) {
            text += DIGITS[(group >>> (18 - 6 * k)) & 63];
        }
    }
    return text;
}

function fromDigits(text: string): Uint8Array<ArrayBuffer> | null {
    if (text.length % 4 === 1) {
        return null;
    }
    const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
    let group = 0;
    for (let i = 0; i < text.length; i++) {
        const digit = DIGITS.indexOf(text[i]);
        if (digit < 0) {
            return null;
        }
        group = (group << 6) | digit;
        if (i % 4 > 0) {
            bytes[Math.floor((i * 3) / 4)] = (group >>> (6 - 2 * (i % 4))) & 255;
        }
    }
    // Bits that no byte uses must be zero, so that a code has one text only.
    const unused =
        (text.length % 4) * 6 -
        ((text.length * 6) % 8 === 0 ? (text.length % 4) * 6 : 8 * Math.floor(((text.length % 4) * 6) / 8));
    return (group & ((1 << unused) - 1)) === 0 || unused === 0 ? bytes : null;
}
