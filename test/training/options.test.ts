import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { oneOf, positive, whole } from "../../training/options.js";

const train = (...options: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "training/train.ts", ...options], {
        encoding: "utf8",
    });
    return { status, lines: stderr.trim().split("\n") };
};

describe("options", () => {
    it.each([
        [["--sahpes", "3"], /^train: Unknown option '--sahpes'/],
        [["--run", "none-such", "--minutes", "soon"], /^train: --minutes: got "soon"; expected a positive number$/],
        [
            ["--run", "none-such", "--width", "2.5"],
            /^train: --width: got "2.5"; expected a whole number from 4 to 1024$/,
        ],
    ])("ends with one line and code 2 after %j", (options, message) => {
        const { status, lines } = train(...options);
        expect(status).toBe(2);
        expect(lines).toEqual([expect.stringMatching(message)]);
    });

    it("takes numbers and names that can be meant", () => {
        expect(positive("minutes", "0.5")).toBe(0.5);
        expect(whole("shapes", "128", 2, 200)).toBe(128);
        expect(oneOf("backend", "", ["wasm"])).toBe(null);
        expect(oneOf("backend", "wasm", ["wasm"])).toBe("wasm");
        for (const text of ["", "0", "-1", "Infinity", "x"]) expect(() => positive("rate", text)).toThrow("--rate");
        for (const text of ["", "1.5", "201", "x"]) expect(() => whole("shapes", text, 2, 200)).toThrow("--shapes");
        expect(() => oneOf("backend", "cuda", ["wasm"])).toThrow('--backend: got "cuda"; expected one of wasm');
    });
});
