import fc from "fast-check";

type Mutate = (bytes: Uint8Array) => Uint8Array;

/** Numbers at the edges of types, as one byte, as a varint, as a 32-bit word and as a float. */
const EDGE_WORDS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const EDGE_FLOATS = [Number.NaN, Infinity, -Infinity, 3.4e38, -3.4e38, 1e-45, 0, -0];

/** A place as a share of the length, so that shrinking a file keeps it inside. */
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const at = (share: number, bytes: Uint8Array, room = 1) => Math.floor(share * Math.max(0, bytes.length - room + 1));

const flip = fc.tuple(place, fc.integer({ min: 0, max: 7 })).map(
    ([share, bit]): Mutate =>
        (bytes) => {
            const copy = bytes.slice();
            if (copy.length > 0) copy[at(share, copy)] ^= 1 << bit;
            return copy;
        },
);

const setByte = fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(
    ([share, value]): Mutate =>
        (bytes) => {
            const copy = bytes.slice();
            if (copy.length > 0) copy[at(share, copy)] = value;
            return copy;
        },
);

const truncate = place.map(
    (share): Mutate =>
        (bytes) =>
            bytes.slice(0, at(share, bytes)),
);

const cut = fc.tuple(place, fc.integer({ min: 1, max: 64 })).map(
    ([share, length]): Mutate =>
        (bytes) =>
            splice(bytes, at(share, bytes), length, new Uint8Array(0)),
);

const repeat = fc.tuple(place, fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 200 })).map(
    ([share, length, times]): Mutate =>
        (bytes) => {
            const start = at(share, bytes);
            const piece = bytes.slice(start, start + length);
            const many = new Uint8Array(piece.length * times);
            for (let n = 0; n < times; n++) many.set(piece, n * piece.length);
            return splice(bytes, start, 0, many);
        },
);

const insert = fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 24 })).map(
    ([share, piece]): Mutate =>
        (bytes) =>
            splice(bytes, at(share, bytes), 0, piece),
);

const setWord = fc.tuple(place, fc.constantFrom(...EDGE_WORDS), fc.boolean()).map(
    ([share, word, little]): Mutate =>
        (bytes) => {
            const copy = bytes.slice();
            if (copy.length >= 4) new DataView(copy.buffer).setUint32(at(share, copy, 4), word, little);
            return copy;
        },
);

const setFloat = fc.tuple(place, fc.constantFrom(...EDGE_FLOATS)).map(
    ([share, value]): Mutate =>
        (bytes) => {
            const copy = bytes.slice();
            if (copy.length >= 4) new DataView(copy.buffer).setFloat32(at(share, copy, 4), value, true);
            return copy;
        },
);

/** A length that reaches far beyond the file: 2⁶⁴ - 1 or less, as protobuf writes it. */
const longVarint = fc.tuple(place, fc.integer({ min: 2, max: 10 })).map(
    ([share, length]): Mutate =>
        (bytes) => {
            const varint = new Uint8Array(length).fill(0xff);
            varint[length - 1] = 1;
            return splice(bytes, at(share, bytes), 1, varint);
        },
);

function splice(bytes: Uint8Array, start: number, removed: number, inserted: Uint8Array): Uint8Array {
    const tail = bytes.subarray(Math.min(start + removed, bytes.length));
    const result = new Uint8Array(start + inserted.length + tail.length);
    result.set(bytes.subarray(0, start));
    result.set(inserted, start);
    result.set(tail, start + inserted.length);
    return result;
}

const anyMutation = fc.oneof(
    { weight: 4, arbitrary: flip },
    { weight: 3, arbitrary: setByte },
    { weight: 2, arbitrary: setWord },
    { weight: 2, arbitrary: setFloat },
    { weight: 2, arbitrary: longVarint },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: repeat },
    { weight: 1, arbitrary: insert },
    { weight: 1, arbitrary: truncate },
);

/** Mostly one, so that some files are still sound. */
const mutations = fc.oneof(
    { weight: 3, arbitrary: anyMutation.map((mutate) => [mutate]) },
    { weight: 2, arbitrary: fc.array(anyMutation, { minLength: 2, maxLength: 6 }) },
);

/** The head of one file on the tail of another. */
const spliced = (files: readonly Uint8Array[]) =>
    fc.tuple(fc.constantFrom(...files), fc.constantFrom(...files), place, place).map(([head, tail, end, start]) => {
        const rest = tail.subarray(at(start, tail));
        return splice(head.slice(0, at(end, head)), at(end, head), 0, rest);
    });

/** Copies of files with one to six changes. */
export function mutatedBytes(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
    const sources = fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...files) },
        { weight: 1, arbitrary: spliced(files) },
    );
    return fc.tuple(sources, mutations).map(([file, list]) => list.reduce((bytes, mutate) => mutate(bytes), file));
}

const snippet = fc.oneof(
    fc.constantFrom("null", "[]", "{}", "-1", "1e999", "0.5", "NaN", '"__proto__"', '""', "1e9", "\u0000", "true", '"'),
    fc.string({ maxLength: 8 }),
    fc.integer().map(String),
    fc.double().map(String),
    // Nesting and length without end.
    fc.constantFrom("[", '{"a":').map((open) => open.repeat(20_000)),
    fc.constant("A".repeat(100_000)),
);

/** Copies of texts in which words, numbers and pieces between marks were replaced, removed or said twice. */
export function mutatedText(texts: readonly string[]): fc.Arbitrary<string> {
    const change = fc.tuple(place, fc.constantFrom("replace", "remove", "twice", "insert"), snippet);
    return fc
        .tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 4 }))
        .map(([text, changes]) => {
            const parts = text.split(/([{}[\],:\s"-]+)/);
            for (const [share, kind, put] of changes) {
                const index = Math.floor(share * parts.length);
                if (kind === "replace") parts[index] = put;
                else if (kind === "remove") parts[index] = "";
                else if (kind === "twice") parts[index] += parts[index];
                else parts[index] += put;
            }
            return parts.join("");
        });
}

/** JSON values with one member at any depth replaced, removed, or put in another's place. */
export function mutatedJson(texts: readonly string[]): fc.Arbitrary<string> {
    const value = fc.oneof(
        fc.constantFrom<unknown>(null, -1, 0, 1, 0.5, 1e9, 1e308, "", "x", [], {}, true, 2 ** 31, 2 ** 53, "AAAA"),
        fc.jsonValue({ maxDepth: 2 }),
        fc.constant(Array.from({ length: 5000 }, () => 0)),
    );
    const change = fc.tuple(place, fc.constantFrom("replace", "remove", "copy", "nest"), value, place);
    return fc
        .tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 4 }))
        .map(([text, changes]) => {
            const root = { root: JSON.parse(text) as unknown };
            for (const [share, kind, put, other] of changes) {
                const slots = slotsOf(root);
                if (slots.length === 0) break;
                const [holder, key] = slots[Math.floor(share * slots.length)];
                const [fromHolder, fromKey] = slots[Math.floor(other * slots.length)];
                if (kind === "replace") holder[key] = structuredClone(put);
                else if (kind === "remove") delete holder[key];
                else if (kind === "copy") holder[key] = structuredClone(fromHolder[fromKey]);
                else holder[key] = [holder[key]];
            }
            return JSON.stringify(root.root) ?? "";
        });
}

type Holder = Record<string, unknown>;

function slotsOf(holder: Holder, slots: [Holder, string][] = []): [Holder, string][] {
    for (const key of Object.keys(holder)) {
        slots.push([holder, key]);
        const value = holder[key];
        if (typeof value === "object" && value !== null && slots.length < 5000) slotsOf(value as Holder, slots);
    }
    return slots;
}
