import { ShapeModel, type ShapeModelOptions } from "babylon-deepsdf";
import { createEngine, isDrawnInSoftware } from "../shared/engine.js";
import { fetchAhead } from "../shared/fetchAhead.js";
import "../shared/nav.js";
import { Stage } from "../stage.js";
import { Panel } from "./panel.js";
import { Session } from "./session.js";

const address = new URLSearchParams(location.search);
const canvas = document.getElementById("stage") as HTMLCanvasElement;
const panel = new Panel();

start().catch((error: Error) => panel.stop(error));

async function start(): Promise<void> {
    const model = address.get("model") ?? "./props.onnx";
    fetchAhead(model);
    const engine = await createEngine(canvas, address.get("engine"));
    const isSoftware = isDrawnInSoftware(engine);
    const stage = new Stage(engine, canvas);
    stage.run();
    window.addEventListener("resize", () => {
        engine.resize();
        stage.invalidate();
    });
    const shapes = await ShapeModel.LoadAsync(model, stage.scene, {
        backend: (address.get("backend") as ShapeModelOptions["backend"]) ?? "auto",
        onProgress: ({ loadedBytes, totalBytes }) => {
            const share = totalBytes ? ` ${Math.round((100 * loadedBytes) / totalBytes)} %` : "";
            panel.say(`Loading the decoder…${share}`);
        },
    });
    const number = (name: string, fallback: number) => Number.parseInt(address.get(name) ?? "", 10) || fallback;
    const session = new Session(stage, shapes, panel, {
        sensorSize: Math.min(256, number("sensor", 112)),
        resolution: Math.min(128, number("resolution", isSoftware ? 40 : 72)),
        isLively: !isSoftware && !matchMedia("(prefers-reduced-motion: reduce)").matches,
        thing: address.get("thing") ?? "chair",
    });
    for (const control of document.querySelectorAll<HTMLFieldSetElement>("fieldset[disabled]")) {
        control.disabled = false;
    }
    if (shapes.backend === "wasm") panel.note("No GPU for shapes here: the processor makes them, more slowly.");
    document.body.dataset.state = "ready";
    // For the browser's console.
    Object.assign(window, { demo: { engine, stage, shapes, session } });
    if (address.get("auto") !== "0") await session.completeAsync();
}
