import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { expect, it } from "vitest";
import design from "../../plugin/README.md?raw";

const adapter = (await navigator.gpu?.requestAdapter()) ?? null;

it.skipIf(!adapter)(
    "an engine asks for the features of the design's example, and gets those that there are",
    async () => {
        const [, code] = /^```ts\n([\s\S]*?)^```$/m.exec(design)!;
        const body = `${code.replace(" as GPUFeatureName[]", "")}; return { engine, requiredFeatures };`;
        const canvas = document.createElement("canvas");
        const { engine, requiredFeatures } = new Function("WebGPUEngine", "canvas", body)(WebGPUEngine, canvas);
        await engine.initAsync();
        const wanted: string[] = requiredFeatures.filter((name: GPUFeatureName) => adapter!.features.has(name));
        expect(wanted.length).toBeGreaterThan(0);
        expect(wanted.filter((name) => !engine._device.features.has(name))).toEqual([]);
        engine.dispose();
    },
);
