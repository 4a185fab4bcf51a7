import { ShapeModel, type ShapeModelOptions } from "babylon-deepsdf";
import { showFigures } from "./figures.js";
import { createPanel } from "./panel.js";
import { initialSettings, latentOf } from "./settings.js";
import { createEngine, Stage } from "./stage.js";

const address = new URLSearchParams(location.search);
const canvas = element<HTMLCanvasElement>("stage");
const figures = element("figures");
const message = element("message");

start().catch((error: Error) => {
    message.hidden = false;
    message.textContent = error.message;
    console.error(error);
});

async function start(): Promise<void> {
    const engine = await createEngine(canvas, address.get("engine"));
    const stage = new Stage(engine, canvas);
    const shapes = await ShapeModel.LoadAsync(address.get("model") ?? "./props.onnx", stage.scene, {
        backend: (address.get("backend") as ShapeModelOptions["backend"]) ?? "auto",
        evaluator: (address.get("evaluator") as ShapeModelOptions["evaluator"]) ?? "auto",
        onProgress: ({ loadedBytes, totalBytes }) => {
            const percent = totalBytes ? ` ${Math.round((100 * loadedBytes) / totalBytes)} %` : "";
            message.textContent = `Loading the decoder…${percent}`;
        },
    });
    const settings = initialSettings(shapes, address);
    message.textContent = "Making the first prop…";

    let surfaces = 0;
    shapes.onSurfaceObservable.add(({ statistics }) => {
        showFigures(figures, shapes, statistics);
        stage.invalidate();
        // How many surfaces were shown so far, for whoever watches from outside.
        document.body.dataset.surfaces = String(++surfaces);
    });
    shapes.onErrorObservable.add(({ error }) => {
        message.hidden = false;
        message.textContent = error.message;
    });
    const { resolution } = settings;
    const mesh = await shapes.createMeshAsync("prop", { latent: latentOf(shapes, settings), resolution });
    stage.show(mesh);
    stage.run();
    await stage.whenReadyAsync();
    // For the browser's console.
    Object.assign(window, { demo: { engine, scene: stage.scene, stage, shapes, mesh } });
    createPanel(shapes, settings, () => {
        shapes.updateMesh(mesh, { latent: latentOf(shapes, settings), resolution: settings.resolution });
        stage.invalidate();
    });
    window.addEventListener("resize", () => {
        engine.resize();
        stage.invalidate();
    });
    message.hidden = true;
}

function element<T extends HTMLElement>(id: string): T {
    return document.getElementById(id) as T;
}
