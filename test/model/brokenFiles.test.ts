import { describe, expect, it } from "vitest";
import { readDecoder, writeDecoder } from "../../plugin/model/index.js";
import { randomPerceptron } from "../support/perceptrons.js";
import { someMetadata } from "./someMetadata.js";

describe("readDecoder on broken input", () => {
    const good = writeDecoder(randomPerceptron(), someMetadata(6));
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
    const text = (value: string) => new TextEncoder().encode(value);

    it.each([
        ["an empty file", new Uint8Array(0), /props.onnx is empty; .*; check/],
        ["a truncated file", good.subarray(0, good.length >> 1), /breaks off|is no ONNX/],
        ["a PNG", png, /is a PNG image; expected an ONNX file/],
        ["a web page", text("<!doctype html><title>404</title>"), /an HTML or XML page/],
        ["JSON", text('{"a":1}'), /JSON text/],
        ["noise", Uint8Array.from({ length: 500 }, (_, i) => (i * 7919) % 251), /readDecoder/],
    ])("%s gives one clear error", (_, bytes, message) => {
        expect(() => readDecoder(bytes as Uint8Array, { name: "props.onnx" })).toThrow(message as RegExp);
    });

    it("refuses a latent size that is not the file's", () => {
        expect(() => readDecoder(good, { latentSize: 9 })).toThrow(/latentSize is 9; expected 6/);
        expect(() => readDecoder(good, { latentSize: 0.5 })).toThrow(/latentSize is 0.5/);
        expect(() => readDecoder(good, { clampDistance: -1 })).toThrow(/clampDistance is -1/);
        expect(() => readDecoder(good, { bounds: { min: [0, 0, 0], max: [0, 1, 1] } })).toThrow(/no box/);
    });

    it("survives thousands of damaged files: a decoder or an error, nothing else", () => {
        let state = 12345;
        const random = (below: number) => {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
            return Math.floor((state / 2 ** 32) * below);
        };
        const small = writeDecoder(randomPerceptron({ width: 4, depth: 3, latentSize: 2 }), someMetadata(2));
        let errors = 0;
        for (let n = 0; n < 2000; n++) {
            const bytes = small.slice(0, n % 3 === 0 ? random(small.length) : small.length);
            for (let flips = 1 + random(4); flips > 0; flips--) bytes[random(bytes.length)] = random(256);
            try {
                readDecoder(bytes);
            } catch (error) {
                expect(error).toBeInstanceOf(Error);
                expect((error as Error).message).toMatch(/^readDecoder: /);
                errors++;
            }
        }
        expect(errors).toBeGreaterThan(500);
    });
});
