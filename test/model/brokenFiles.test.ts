import { describe, expect, it } from "vitest";
import { checkPerceptron } from "../../plugin/model/checkPerceptron.js";
import { type ReadDecoderOptions, readDecoder, writeDecoder } from "../../plugin/model/index.js";
import { cpuMilliseconds } from "../support/cpuTime.js";
import { createTestRandom, randomPerceptron } from "../support/perceptrons.js";
import { build } from "./exporterParts.js";
import { inputVariants } from "./inputVariants.js";
import { layerVariants } from "./layerVariants.js";
import { someMetadata } from "./someMetadata.js";

/** Damaged copies of each file. */
const MUTATIONS = 150;

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

    it("finds every truncation", () => {
        const small = writeDecoder(randomPerceptron({ width: 4, depth: 2, latentSize: 2 }), someMetadata(2));
        for (let length = 0; length < small.length; length++)
            expect(() => readDecoder(small.subarray(0, length))).toThrow(/^readDecoder: /);
    });
});

describe("readDecoder on damaged files", () => {
    const variants = { ...inputVariants, ...layerVariants };
    const files: [string, Uint8Array, ReadDecoderOptions?][] = [
        ["our own", writeDecoder(randomPerceptron({ width: 4, depth: 3, latentSize: 2 }), someMetadata(2))],
        ...Object.entries(variants).map(([name, variant]): [string, Uint8Array, ReadDecoderOptions?] => [
            name,
            build(variant),
            variant.options,
        ]),
    ];

    it.each(files)("gives a decoder or an error, nothing else: %s", (_, sound, options) => {
        const random = createTestRandom(sound.length);
        const below = (limit: number) => Math.floor(random() * limit);
        let errors = 0;
        for (let n = 0; n < MUTATIONS; n++) {
            const bytes = sound.slice(0, n % 4 === 0 ? below(sound.length) : sound.length);
            for (let flips = 1 + below(4); flips > 0 && bytes.length > 0; flips--)
                bytes[below(bytes.length)] = below(2) ? below(256) : bytes[below(bytes.length)] ^ (1 << below(8));
            const start = cpuMilliseconds();
            try {
                const { perceptron, notPerceptronReason, latentSize } = readDecoder(bytes, options);
                expect(perceptron === null).toBe(notPerceptronReason !== null);
                if (perceptron) {
                    expect(perceptron.latentSize).toBe(latentSize);
                    expect(() => checkPerceptron("test", perceptron, "float32")).not.toThrow();
                }
            } catch (error) {
                expect(error).toBeInstanceOf(Error);
                expect((error as Error).message).toMatch(/^readDecoder: /);
                errors++;
            }
            expect(cpuMilliseconds() - start).toBeLessThan(10_000);
        }
        expect(errors).toBeGreaterThan(MUTATIONS / 10);
    });
});
