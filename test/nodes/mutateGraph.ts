import fc from "fast-check";

/** One change to a graph's JSON: where and what, as numbers that any graph can be asked. */
export interface Mutation {
    readonly kind: "number" | "replace" | "delete" | "rewire" | "retype" | "duplicate" | "drop" | "swap";
    readonly where: number;
    readonly other: number;
    readonly value: unknown;
}

type Json = Record<string, unknown>;

const wholeNumbers = [0, 1, -1, 2, 3, 7, 64, 255, 256, 512, 513, 4096, 49_999, 1e6, 2 ** 31, -(2 ** 31), 1e15];
const numbers = [...wholeNumbers, 0.5, -0.001, 1e-30, 1e300, -1e300];
const texts = ["", "any", "chair", "teapot", "decode", "props", "__proto__", "constructor", "\u0000", "L", "🪑"];

/** Values of any kind, small enough to be told in a report. */
const values = fc.oneof(
    fc.constantFrom<unknown>(...numbers),
    fc.constantFrom<unknown>(...texts),
    fc.constantFrom<unknown>(null, true, false, [], {}, [1, 2, 3], [[]], { value: 1 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ maxLength: 12 }),
);

export const mutations: fc.Arbitrary<Mutation> = fc.record({
    // Most changes leave a graph that can be read, so that its build is tried too.
    kind: fc.oneof(
        { weight: 6, arbitrary: fc.constant("number" as const) },
        { weight: 4, arbitrary: fc.constantFrom("rewire", "replace", "delete") },
        { weight: 1, arbitrary: fc.constantFrom("retype", "duplicate", "drop", "swap") },
    ),
    where: fc.nat(),
    other: fc.nat(),
    value: values,
});

/**
 * A changed copy of a graph; where the change makes no sense, the copy alone.
 *
 * @param text the graph's JSON
 */
export function mutate(text: string, changes: readonly Mutation[], classes: readonly string[]): unknown {
    const copy = JSON.parse(text) as Json;
    for (const change of changes) {
        apply(copy, change, classes);
    }
    return copy;
}

function apply(graph: Json, { kind, where, other, value }: Mutation, classes: readonly string[]): void {
    const blocks = Array.isArray(graph.blocks) ? (graph.blocks as Json[]) : [];
    const block = blocks[where % Math.max(1, blocks.length)];
    if (kind === "number") {
        const slots = slotsOf(graph).filter(([holder, key]) => key === "value" && typeof holder[key] === "number");
        if (slots.length > 0) {
            const [holder, key] = slots[where % slots.length];
            holder[key] = numbers[other % numbers.length];
        }
    } else if (kind === "replace" || kind === "delete") {
        const slots = slotsOf(graph);
        const [holder, key] = slots[where % slots.length];
        if (kind === "delete") {
            delete holder[key];
        } else {
            holder[key] = value;
        }
    } else if (block === null || typeof block !== "object") {
        return;
    } else if (kind === "retype") {
        block.customType = classes[other % classes.length];
    } else if (kind === "duplicate") {
        blocks.push({ ...block, ...(other % 2 ? { id: 900_000 + other } : {}) });
    } else if (kind === "drop") {
        blocks.splice(where % blocks.length, 1);
    } else {
        rewire(blocks, block, kind, other);
    }
}

/** Connects an input to any block's output, or exchanges two blocks' ids. */
function rewire(blocks: readonly Json[], block: Json, kind: "rewire" | "swap", other: number): void {
    const partner = blocks[other % blocks.length];
    if (partner === null || typeof partner !== "object") {
        return;
    }
    if (kind === "swap") {
        [block.id, partner.id] = [partner.id, block.id];
        return;
    }
    const inputs = Array.isArray(block.inputs) ? (block.inputs as Json[]) : [];
    const outputs = Array.isArray(partner.outputs) ? (partner.outputs as Json[]) : [];
    const input = inputs[other % Math.max(1, inputs.length)];
    const output = outputs[other % Math.max(1, outputs.length)];
    if (input && output && typeof input === "object" && typeof output === "object") {
        input.inputName = input.name;
        input.targetBlockId = partner.id;
        input.targetConnectionName = output.name;
    }
}

/** All places that hold a value. */
function slotsOf(root: Json): [Json, string][] {
    const slots: [Json, string][] = [];
    const open: Json[] = [root];
    for (const holder of open) {
        for (const [key, value] of Object.entries(holder)) {
            slots.push([holder, key]);
            if (value !== null && typeof value === "object") {
                open.push(value as Json);
            }
        }
    }
    return slots.length > 0 ? slots : [[root, "blocks"]];
}
