import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Scene } from "@babylonjs/core/scene.js";
// Graphs of the examples hold the engine's own blocks.
import "@babylonjs/core/Meshes/Node/index.js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as plugin from "../../plugin/index.js";

const root = resolve(import.meta.dirname, "../..");
/** The guide; the readme's examples build on one another and have a test of their own. */
const pages = [
    ...readdirSync(join(root, "plugin/docs"))
        .filter((name) => name.endsWith(".md"))
        .map((name) => `plugin/docs/${name}`),
    "plugin/nodes/README.md",
];
const examples = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code], n): [string, string] => [
        `${page}, example ${n + 1}`,
        code,
    ]);
});

const AsyncFunction = (async () => undefined).constructor as new (
    ...names: string[]
) => (...values: unknown[]) => Promise<void>;

let engine: NullEngine;

beforeEach(() => {
    engine = new NullEngine();
    // A page's own addresses are the repository's files here.
    vi.stubGlobal("fetch", async (address: string) => new Response(readFileSync(join(root, address))));
});

afterEach(() => {
    vi.unstubAllGlobals();
    engine.dispose();
});

it("there are examples", () => {
    expect(examples.length).toBeGreaterThan(3);
});

/** Examples are plain JavaScript with imports of the package, in a page that has a `scene`. */
it.each(examples)("%s runs", async (_, code) => {
    const body = code
        .replace(/^import \{([^}]*)\} from "babylon-deepsdf";$/gm, "const {$1} = plugin;")
        // Finer than a test needs.
        .replace(/resolution: \d+/g, "resolution: 12");
    expect(body).not.toMatch(/^import /m);
    await new AsyncFunction("plugin", "scene", body)(plugin, new Scene(engine));
});
