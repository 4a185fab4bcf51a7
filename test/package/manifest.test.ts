import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { LICENCES, licencesText, listLicences } from "./licences.mjs";

const root = resolve(import.meta.dirname, "../..");
const lock = readFileSync(join(root, "package-lock.json"), "utf8");

/** What may ship in a game that is not open. */
const FREE = /^\(?(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0)( (AND|OR) (MIT|BSD-3-Clause|Apache-2\.0))*\)?$/;

describe("package.json", () => {
    it("names an entry for each export, all of them modules with types", () => {
        for (const entry of [".", "./pure"] as const) {
            const { types, default: code } = manifest.exports[entry];
            const name = entry === "." ? "index" : entry.slice(2);
            expect(code).toBe(`./dist/${name}.js`);
            expect(types).toBe(`./dist/types/${name}.d.ts`);
            expect(existsSync(join(root, `plugin/${name}.ts`))).toBe(true);
        }
        expect(manifest.type).toBe("module");
    });

    it("leaves Babylon to the game, and TensorFlow and test tools out of its install", () => {
        expect(Object.keys(manifest.peerDependencies)).toEqual(["@babylonjs/core"]);
        const installed = Object.keys(manifest.dependencies).join(" ");
        expect(installed).not.toMatch(/babylonjs|tensorflow|vitest|playwright|vite|typescript/);
    });

    it("says that only the registering entries and the command line have side effects", () => {
        const shipped = manifest.sideEffects.filter((path) => path.startsWith("./dist/"));
        expect(shipped).toEqual(["./dist/index.js", "./dist/cli.js", "./dist/umd/**", "./dist/assets/**"]);
        // Builds here read the list as well: what registers or styles in the sources must not be shaken away.
        expect(manifest.sideEffects).toEqual(expect.arrayContaining(["./plugin/**", "./demo/**"]));
        const pure = readFileSync(join(root, "plugin/pure.ts"), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
        expect(pure.replace(/export (type )?(\*|\{[^}]*\}) from "[^"]+";/g, "").trim()).toBe("");
    });

    it("has a lock file that names no download address", () => {
        const hosts = [...lock.matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map(([, host]) => host);
        expect(hosts).toEqual([]);
    });
});

describe("licences", () => {
    it("of all that is installed along allow use in a closed game", () => {
        expect(listLicences().length).toBeGreaterThan(10);
        expect(listLicences().filter(({ licence }) => !FREE.test(licence))).toEqual([]);
    });

    it("are listed in the file that ships (npm run licences writes it)", () => {
        expect(readFileSync(LICENCES, "utf8")).toBe(licencesText());
    });
});
