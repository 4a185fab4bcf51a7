import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bake } from "../../plugin/cli/bake.js";
import { complete } from "../../plugin/cli/complete.js";
import { readManifest } from "../../training/meshes/manifest.js";
import { octahedronMesh, UPRIGHT } from "../completion/support/octahedron.js";
import { octahedronFile } from "../support/decoders.js";

const ROOT = resolve(import.meta.dirname, "../..");
const SKIPPED = /^(node_modules|dist.*|runs|data|native|\.(?!github$).*)$/;

function documentsIn(folder: string): string[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : documentsIn(path);
        return entry.name.endsWith(".md") ? [relative(ROOT, path).replaceAll("\\", "/")] : [];
    });
}

const documents = documentsIn(ROOT).map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

interface Block {
    readonly path: string;
    readonly language: string;
    readonly text: string;
}

const blocks: Block[] = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(([, indent, language, body]) => ({
        path,
        language: indent ? `indented ${language}` : language,
        text: body,
    })),
);

/** Who runs a block, by its language and page; a block of another sort wants a test of its own. */
function runnerOf({ path, language }: Block): string | null {
    if (language === "sh") return "this file";
    if (language === "json" && path === "training/meshes/README.md") return "this file";
    if (language === "ts" && path === "README.md") return "test/readme.test.ts";
    if (language === "ts" && /^plugin\/(docs\/[^/]*|nodes\/README)\.md$/.test(path))
        return "test/trust/examples.test.ts";
    if (language === "ts" && path === "plugin/README.md") return "test/trust/examples.browser.test.ts";
    // No example: a list of folders; what a change of the engine's editor would look like.
    if (language === "text" && path === "plugin/README.md") return "nobody";
    if (/^indented tsx?$/.test(language) && path === "plugin/nodes/README.md") return "nobody";
    return null;
}

/** Commands of a document, in blocks and in sentences, one each. */
function commandsIn({ path, text }: { path: string; text: string }): string[] {
    const inBlocks = blocks
        .filter((block) => block.path === path && block.language === "sh")
        .map((block) => block.text);
    const inSentences = [...text.matchAll(/`((?:[A-Z_]+=\S+ )?(?:npm|npx) [^`\n]*)`/g)].map(([, command]) => command);
    return [...inBlocks, ...inSentences]
        .flatMap((lines) => lines.replace(/\\\n\s*/g, " ").split("\n"))
        .flatMap((line) => line.replace(/\s+#.*$/, "").split("&&"))
        .map((command) => command.trim())
        .filter(Boolean);
}

const commands = documents.flatMap((document) =>
    commandsIn(document).map((command): [string, string] => [document.path, command]),
);

type Scripts = Readonly<Record<string, string>>;
const scriptsOf = (folder: string): Scripts =>
    JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")).scripts ?? {};
const rootScripts = scriptsOf(".");

/** The program that a script runs, and with which first words. */
function programOf(script: string, folder = "."): string {
    const text = scriptsOf(folder)[script];
    expect(text, `npm run ${script}`).toBeTruthy();
    const [, forwarded] = /^npm run --workspace \S+ (\S+)/.exec(text) ?? [];
    if (forwarded) return programOf(forwarded, /--workspace (\S+)/.exec(text)![1]);
    const [, file] = /(\S+\.(?:ts|mjs))/.exec(text) ?? [];
    return file ? join(ROOT, folder, file) : "";
}

/** Options that a program knows, as its source names them, of the files beside it too. */
function knowsOption(program: string, option: string): boolean {
    const sources = [program, join(program, "../bake.ts"), join(program, "../complete.ts")].filter(existsSync);
    const written = new RegExp(`--${option}\\b|["']?\\b${option}["']?: (?:\\{ type|"|join)`);
    return sources.some((source) => written.test(readFileSync(source, "utf8")));
}

describe("the documents", () => {
    it("hold no code that nothing runs", () => {
        expect(blocks.length).toBeGreaterThan(15);
        const stray = blocks.filter((block) => runnerOf(block) === null);
        expect(stray.map(({ path, language, text }) => `${path} ${language}: ${text.slice(0, 40)}`)).toEqual([]);
    });

    it.each(commands)("%s: %s is a command there is", (_, command) => {
        const [program, ...words] = command.replace(/^[A-Z_]+=\S+ /, "").split(/\s+/);
        if (program === "cd") return expect(existsSync(join(ROOT, words[0])) || words[0] === "..").toBe(true);
        const options = words.filter((word) => /^--\w/.test(word)).map((word) => word.slice(2).split("=")[0]);
        if (program === "npx" && words[0] === "vitest") {
            const path = words.at(-1)!;
            const [folder, name] = [join(ROOT, path, ".."), path.split("/").at(-1)!];
            return expect(readdirSync(folder).some((entry) => entry.startsWith(name))).toBe(true);
        }
        if (program === "npx" && (words[0] === "babylon-deepsdf" || words[1] === "plugin/cli/main.ts")) {
            const cli = join(ROOT, "plugin/cli/main.ts");
            return expect(options.filter((option) => !knowsOption(cli, option))).toEqual([]);
        }
        if (program === "npx") return expect(["vite", "gltf-transform"]).toContain(words[0]);
        expect(program).toBe("npm");
        if (words[0] !== "run") return expect(["ci", "start", "test", "audit", "pack", "install"]).toContain(words[0]);
        const folder = /--workspace (\S+)/.exec(command)?.[1] ?? (words[1] in rootScripts ? "." : "training");
        const file = programOf(words[1], folder);
        const own = options.filter((option) => option !== "workspace");
        expect(own.filter((option) => !knowsOption(file, option))).toEqual([]);
    });

    it("would be told an option that no program knows", () => {
        for (const script of ["bake", "train", "fuzz", "bench"]) {
            const file = programOf(script, script === "train" ? "training" : ".");
            expect([script, knowsOption(file, "colour"), knowsOption(file, "seed")]).toEqual([
                script,
                false,
                script !== "bench",
            ]);
        }
    });

    it("hold a manifest of meshes that is read as it says", () => {
        const [{ text }] = blocks.filter(({ language }) => language === "json");
        const folder = mkdtempSync(join(tmpdir(), "documents-"));
        writeFileSync(join(folder, "manifest.json"), text);
        const manifest = readManifest(join(folder, "manifest.json"));
        rmSync(folder, { recursive: true });
        expect(JSON.stringify(manifest)).toContain("furniture/stool.glb");
    });
});

describe("the readme's commands", () => {
    let folder: string;
    beforeAll(() => {
        folder = mkdtempSync(join(tmpdir(), "documents-"));
        writeFileSync(join(folder, "props.onnx"), octahedronFile());
        const { positions } = octahedronMesh(0.6, 12, UPRIGHT, (x) => x < 0);
        const rows = Array.from({ length: positions.length / 3 }, (_, n) =>
            positions.slice(3 * n, 3 * n + 3).join(" "),
        );
        const header = `ply\nformat ascii 1.0\nelement vertex ${rows.length}\nproperty float x\nproperty float y\nproperty float z\nend_header`;
        writeFileSync(join(folder, "scan.ply"), [header, ...rows, ""].join("\n"));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    /** The words after the command's name, with a small decoder of other categories, in a folder for tests. */
    const wordsOf = (start: string) => {
        const [, command] = commands.find(([path, text]) => path === "README.md" && text.startsWith(start))!;
        return command
            .slice(start.length)
            .trim()
            .split(/\s+/)
            .map((word) =>
                word === "chair"
                    ? "large"
                    : word.replace(/^(models\/|)(props\.onnx|scan\.ply|props\/)$/, `${folder}/$2`),
            );
    };

    it("bake props", async () => {
        const words = wordsOf("npm run bake --");
        await bake([...words, "--quiet", "--resolution", "12"]);
        expect(readdirSync(join(folder, "props"))).toHaveLength(Number(words[words.indexOf("--count") + 1]));
    });

    it("complete a scan", async () => {
        const out = join(folder, "whole.glb");
        await complete([
            ...wordsOf("npx tsx plugin/cli/main.ts complete"),
            "--quiet",
            "--resolution",
            "12",
            "--out",
            out,
        ]);
        expect(readFileSync(out).length).toBeGreaterThan(1000);
    });
});
