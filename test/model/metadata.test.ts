import { describe, expect, it } from "vitest";
import { decodeMetadata, encodeMetadata } from "../../plugin/model/index.js";
import { someMetadata } from "./someMetadata.js";

type Json = Record<string, unknown>;

const L = 6;

/** The metadata's text after a change at a path, a field left out where the value is undefined. */
function changed(path: (string | number)[], value: unknown): string {
    const root = JSON.parse(encodeMetadata(someMetadata(L))) as Json;
    let at: Json = root;
    for (const key of path.slice(0, -1)) at = at[key] as Json;
    at[path[path.length - 1]] = value;
    return JSON.stringify(root);
}

const base64 = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString("base64");

describe("metadata", () => {
    it("come back bit for bit", () => {
        expect(decodeMetadata(encodeMetadata(someMetadata(L)), L, "props.onnx")).toEqual(someMetadata(L));
    });

    it("come back rounded to halves, in about half the text, when asked to", () => {
        const whole = encodeMetadata(someMetadata(L));
        const short = encodeMetadata(someMetadata(L), "float16");
        expect(short.length).toBeLessThan(whole.length);
        const [{ mean }] = decodeMetadata(short, L, "props.onnx").prior;
        mean.forEach((value, i) => {
            const exact = someMetadata(L).prior[0].mean[i];
            expect(Math.abs(value - exact)).toBeLessThanOrEqual(Math.abs(exact) * 2 ** -11);
        });
        // Rounded once, they stay as they are.
        const again = decodeMetadata(short, L, "props.onnx");
        expect(encodeMetadata(again, "float16")).toBe(short);
    });

    it("hold floats as base64 of little-endian float32", () => {
        const [component] = JSON.parse(encodeMetadata(someMetadata(L))).prior;
        expect(component.mean).toBe(base64(...someMetadata(L).prior[0].mean));
    });

    it.each<[(string | number)[], unknown, RegExp]>([
        [["version"], 2, /has "2" at version; expected version 1; use a release/],
        [["latentSize"], 7, /has "7" at latentSize; expected the graph's 6/],
        [["latentSize"], 1e9, /at latentSize; expected a finite number from 1 to 4096/],
        [["latentSize"], "6", /at latentSize/],
        [["bounds"], undefined, /has nothing at bounds; expected an object/],
        [["bounds", "min"], [0, 0], /at bounds.min; expected 3 numbers/],
        [["bounds", "min"], [0, 0, null], /has "null" at bounds.min\[2\]; expected a finite number/],
        [["bounds", "min"], [2, -1, -1], /at bounds; expected min below max/],
        [["clampDistance"], 0, /at clampDistance/],
        [["clampDistance"], -0.1, /at clampDistance/],
        [["upAxis"], "w", /at upAxis; expected "x", "y" or "z"/],
        [["categories"], "chair", /at categories; expected a list/],
        [["categories"], ["chair", "lamp", "chair"], /expected no name twice/],
        [["categories", 0], 3, /at categories\[0\]; expected a non-empty string/],
        [
            ["prior", 0, "category"],
            "boat",
            /has .*boat.* at prior\[0\].category; expected one of the categories chair, lamp/,
        ],
        [["prior", 0, "weight"], 0.5, /at prior; expected weights that sum to 1, not 0.5/],
        [["prior", 0, "weight"], -1, /at prior\[0\].weight/],
        [["prior", 0, "spread"], 0, /has "0" at prior\[0\].spread; expected a finite number from 0.001 to 1/],
        [["prior", 0, "spread"], "wide", /at prior\[0\].spread/],
        [["prior", 0, "mean"], base64(1, 2, 3, 4), /at prior\[0\].mean; expected base64 of 6 finite floats/],
        [["prior", 0, "mean"], base64(1, 2, 3, Number.NaN, 5, 6), /at prior\[0\].mean/],
        [["prior", 0, "mean"], "!".repeat(32), /at prior\[0\].mean/],
        [["prior", 0, "mean"], [1, 2, 3, 4, 5, 6], /at prior\[0\].mean/],
        [
            ["exemplars", 0, "category"],
            "boat",
            /at exemplars\[0\].category; expected one of the categories chair, lamp/,
        ],
        [["exemplars", 0, "count"], 0, /at exemplars\[0\].count/],
        [["exemplars", 0, "count"], 1e9, /at exemplars\[0\].count; expected a finite number from 1 to 512/],
        [["exemplars", 0, "count"], 3, /at exemplars\[0\].codes; expected base64 of 18 finite floats/],
        [["exemplars"], "none", /at exemplars; expected a list/],
        [["prior", 0, "factorCount"], 1e15, /at prior\[0\].factorCount/],
        [["prior", 0, "factorCount"], 1, /at prior\[0\].factors; expected base64 of 6/],
        [["prior", 0, "deviations"], base64(1, 1, 1, 1, 1, -1), /expected no negative deviation/],
        [["axes", 0, "direction"], base64(1, 1, 0, 0, 0, 0), /at axes\[0\].direction; expected unit length, not 1.41/],
        [["axes", 0, "category"], "boat", /at axes\[0\].category/],
        [["axes", 0, "deviation"], -1, /at axes\[0\].deviation/],
        [["axes", 0, "range"], [2, -2], /expected the lesser amount first/],
        [["axes", 0, "range"], [2], /expected 2 numbers/],
        [["axes", 0, "name"], "", /at axes\[0\].name/],
        [["provenance"], null, /at provenance; expected an object/],
        [["evaluation"], [1], /at evaluation; expected an object/],
    ])("are refused with the place of the fault: %j = %j", (path, value, message) => {
        const text = changed(path, value);
        expect(() => decodeMetadata(text, L, "props.onnx")).toThrow(message);
        expect(() => decodeMetadata(text, L, "props.onnx")).toThrow(/^readDecoder: the metadata of props.onnx has /);
    });

    it.each(["", "null", "[]", "3", "{", '"text"'])("are refused where the text is %j", (text) => {
        expect(() => decodeMetadata(text, L, "props.onnx")).toThrow(/^readDecoder: the metadata of props.onnx /);
    });

    it("take nothing from a prototype", () => {
        const text = '{"__proto__":{"version":1,"latentSize":6}}';
        expect(() => decodeMetadata(text, L, "props.onnx")).toThrow(/nothing at version/);
        expect(({} as Json).version).toBeUndefined();
    });

    it("that could not be read are not written", () => {
        const faulty = { ...someMetadata(L), clampDistance: Number.NaN };
        expect(() => encodeMetadata(faulty)).toThrow(/^encodeMetadata: the metadata has "null" at clampDistance/);
    });
});
