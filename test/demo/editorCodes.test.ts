import { readFileSync } from "node:fs";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Scene } from "@babylonjs/core/scene.js";
import { decodeLatent, encodeLatent, ShapeModel } from "babylon-deepsdf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEAST_TYPICALITY, morph, neighbours } from "../../demo/editor/codes.js";
import { kindOf } from "../../demo/editor/kinds.js";
import { drawCode, initialState } from "../../demo/editor/state.js";

let engine: NullEngine;
let shapes: ShapeModel;

beforeAll(async () => {
    engine = new NullEngine();
    const bytes = readFileSync(new URL("../../models/props.onnx", import.meta.url));
    shapes = await ShapeModel.LoadAsync(new Uint8Array(bytes), new Scene(engine));
});
afterAll(() => engine.dispose());

const FAMILIES = ["chair", "table", "lamp", "vase"];
const MIDDLE = [0.5, 0.5] as const;

const sample = (family: string, seed: number) => encodeLatent(drawCode(shapes, family, seed, 0.8));
const four = (family: string, set: number) => [0, 1, 2, 3].map((k) => sample(family, 4 * set + k));
const kindAmongAll = (code: string) => kindOf(shapes.metadata!, decodeLatent(code), "");
const stateOf = (family: string, code: string) => ({
    ...initialState(shapes, new URLSearchParams({ category: family })),
    code,
});

/** Whole props, of their family and no other. */
function expectWhole(family: string, codes: readonly string[]): void {
    for (const code of codes) {
        expect(shapes.typicality(decodeLatent(code), family)).toBeGreaterThan(LEAST_TYPICALITY - 1e-3);
        expect(kindAmongAll(code).category).toBe(family);
    }
}

beforeAll(() => {
    // States read the page's address.
    Object.assign(globalThis, { location: { hash: "", search: "" } });
});
afterAll(() => {
    Reflect.deleteProperty(globalThis, "location");
});

describe.each(FAMILIES)("the editor's codes of a %s", (family) => {
    const sets = Array.from({ length: 12 }, (_, set) => set);

    it("stay whole all over the morph pad", () => {
        for (const set of sets) {
            const places = [MIDDLE, [0.3, 0.3], [0.9, 0.2], [0.5, 1]] as const;
            const kept = four(family, set);
            expectWhole(
                family,
                places.map((place) => morph(shapes, kept, place, family)),
            );
            expect(morph(shapes, kept, [1, 0], family)).toBe(kept[1]);
        }
    });

    it("vary as whole props of several kinds, from a sample and from a blend", () => {
        for (const set of sets) {
            const kept = four(family, set);
            for (const code of [kept[0], morph(shapes, kept, MIDDLE, family)]) {
                const near = neighbours(shapes, stateOf(family, code), 6);
                expectWhole(family, near);
                expect(new Set(near).size).toBe(6);
                const kinds = near.map((other) => kindAmongAll(other));
                expect(kinds).toContain(kindAmongAll(code));
                expect(new Set(kinds).size).toBeGreaterThan(2);
                expect(neighbours(shapes, stateOf(family, code), 6)).toEqual(near);
            }
        }
    });
});

describe("blends of two families", () => {
    it("go all the way from one to the other", () => {
        const kept = [sample("chair", 1), sample("lamp", 2)];
        const [first, last] = kept.map((code) => decodeLatent(code));
        const between = decodeLatent(morph(shapes, kept, MIDDLE, "chair"));
        const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]));
        const whole = distance(first, last);
        expect(distance(between, first)).toBeLessThan(0.75 * whole);
        expect(distance(between, last)).toBeLessThan(0.75 * whole);
    });
});
