import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectClearError, Finding } from "./kind.js";
import { fuzzKinds } from "./kinds.js";
import { inputOf, runCase } from "./runCase.js";

/** A taste of `npm run fuzz`; the seed moves with the day, so that every day sees other files. */
const CASES = 40;
const SEED = Math.floor(Date.now() / 86_400_000);
const FIXTURES = join(import.meta.dirname, "../fixtures/fuzz");

interface Fixture {
    kind: string;
    found: string;
    /** base64 */
    input: string;
}

describe("a stranger's input", () => {
    it.each(fuzzKinds.map(({ name }) => name))("ends in a checked result or one clear error: %s", async (name) => {
        const kind = fuzzKinds.find((candidate) => candidate.name === name)!;
        for (let number = 0; number < CASES; number++) {
            const input = inputOf(kind, SEED, number);
            await runCase(kind, input).catch((error: Error) => {
                throw new Error(`npm run fuzz -- --kinds ${name} --seed ${SEED}, case ${number}: ${error.message}`);
            });
        }
    });

    it.each(fuzzKinds.map(({ name }) => name))("is made from sound ones, which are all checked: %s", async (name) => {
        const kind = fuzzKinds.find((candidate) => candidate.name === name)!;
        for (const [number, input] of kind.sound.entries()) {
            expect(await runCase(kind, input), `${name} ${number}`).not.toBe("refused");
        }
    });

    it("is the same for the same seed and number, and another for the next number", () => {
        for (const kind of fuzzKinds) {
            expect(inputOf(kind, 1, 5)).toEqual(inputOf(kind, 1, 5));
            expect(inputOf(kind, 1, 5)).not.toEqual(inputOf(kind, 1, 6));
        }
    });

    const fixtures = existsSync(FIXTURES) ? readdirSync(FIXTURES) : [];
    it.each(fixtures)("once found and mended stays so: %s", async (file) => {
        const { kind: name, input } = JSON.parse(readFileSync(join(FIXTURES, file), "utf8")) as Fixture;
        const kind = fuzzKinds.find((candidate) => candidate.name === name)!;
        await runCase(kind, new Uint8Array(Buffer.from(input, "base64")));
    });
});

describe("the fuzzer", () => {
    it("finds an error that speaks of the program, has another's name, or is none", () => {
        for (const bad of [
            new TypeError("Cannot read properties of undefined"),
            new Error("readDecoder: x is not a function; a; b"),
            "readDecoder: a text",
            new Error(`readDecoder: ${"a".repeat(5000)}`),
        ])
            expect(() => expectClearError(bad, /^readDecoder: /)).toThrow(Finding);
        expectClearError(new Error("readDecoder: a; b; c"), /^readDecoder: /);
    });

    it("finds a result that is wrong and a case that takes too long", async () => {
        const kind = { ...fuzzKinds[0], run: async () => Promise.reject(new TypeError("x")) };
        await expect(runCase(kind, new Uint8Array(1))).rejects.toThrow(Finding);
    });
});
