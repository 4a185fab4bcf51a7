import { ShapeModel, type ShapeModelOptions } from "babylon-deepsdf";
import { createEngine, isDrawnInSoftware } from "../shared/engine.js";
import { fetchAhead } from "../shared/fetchAhead.js";
import "../shared/nav.js";
import { FrameGraph } from "./frameGraph.js";
import { Hud } from "./hud.js";
import { Market } from "./market.js";
import { Notice } from "./notice.js";
import { DEFAULT_MODEL, readSettings } from "./settings.js";
import { MarketStage } from "./stage.js";
import { nextTask } from "./work.js";

const address = new URLSearchParams(location.search);
const canvas = document.getElementById("stage") as HTMLCanvasElement;
const notice = new Notice(document.getElementById("notice") as HTMLElement);

// The count of bytes needs all entries, and unbundled pages have many.
performance.setResourceTimingBufferSize(2000);
start().catch((error: Error) => notice.error(error));

async function start(): Promise<void> {
    fetchAhead(address.get("model") ?? DEFAULT_MODEL);
    const engine = await createEngine(canvas, address.get("engine"));
    const isSoftware = isDrawnInSoftware(engine);
    const wantsCpu = address.get("backend") === "wasm";
    const isOnGpu = engine.isWebGPU && !wantsCpu && (!isSoftware || address.get("backend") === "webgpu");
    const settings = readSettings(address, isSoftware, isOnGpu);
    engine.setHardwareScalingLevel(settings.pixelSize / (isSoftware ? 1 : Math.min(2, window.devicePixelRatio)));
    await nextTask();
    const stage = new MarketStage(engine, isSoftware);
    await nextTask();
    const graph = new FrameGraph(document.getElementById("frames") as HTMLCanvasElement);
    const hud = new Hud(document.getElementById("hud") as HTMLDetailsElement, graph, settings.model);
    const market = new Market(stage, canvas, settings, graph, hud, notice);
    // The street is there before the decoder is.
    market.run();
    document.body.dataset.state = "street";

    const shapes = await ShapeModel.LoadAsync(settings.model, stage.scene, {
        backend: (settings.backend as ShapeModelOptions["backend"]) ?? "auto",
        onProgress: ({ loadedBytes, totalBytes }) => {
            const share = totalBytes ? ` ${Math.round((100 * loadedBytes) / totalBytes)} %` : "";
            notice.say(`Loading the decoder…${share}`);
        },
    });
    market.stock(shapes);
    document.body.dataset.state = "stocking";
    if (shapes.backend === "wasm") {
        notice.say(
            isSoftware || !engine.isWebGPU
                ? "No GPU that computes here: props are made on the processor, a few at a time."
                : "Props are made on the processor, as the address asks.",
            8000,
        );
    } else {
        notice.hide();
    }
    // For the browser's console.
    Object.assign(window, { market, demo: { engine, stage, shapes } });
}
