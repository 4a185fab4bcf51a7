import "@babylonjs/core/Meshes/Node/Blocks/allBlocks.js";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { Scene } from "@babylonjs/core/scene.js";
import { buildAsync, onGraphErrorObservable, parseNodeGeometry, registerShapeModel, ShapeModel } from "babylon-deepsdf";
import "./shared/nav.js";
import { showStop } from "./shared/stop.js";

const GRAPHS = ["marketStall", "morphRow"];

const address = new URLSearchParams(location.search);
const message = document.getElementById("message") as HTMLElement;

start().catch((error: Error) => showStop(message, error));

async function start(): Promise<void> {
    const name = GRAPHS.includes(address.get("graph") ?? "") ? (address.get("graph") as string) : GRAPHS[0];
    document.querySelector(`nav.graphs a[href="?graph=${name}"]`)?.setAttribute("aria-current", "page");

    // The editor draws its preview with an engine of its own; shapes are made beside it, on WASM.
    const scene = new Scene(new NullEngine());
    const shapes = await ShapeModel.LoadAsync(address.get("model") ?? "./props.onnx", scene);
    registerShapeModel("props", shapes);

    const graph = parseNodeGeometry((await graphFiles[`./graphs/${name}.json`]()) as object);
    onGraphErrorObservable.add(show);
    graph.onBuildObservable.add(() => {
        message.hidden = true;
        // How often it was built so far, for whoever watches from outside.
        document.body.dataset.builds = String(Number(document.body.dataset.builds ?? 0) + 1);
    });
    message.textContent = "Making the shapes…";
    await buildAsync(graph);

    message.hidden = false;
    message.textContent = "Loading the editor…";
    const { openEditor } = await import("./nodeEditor.js");
    openEditor(graph, document.getElementById("editor") as HTMLElement);
    message.hidden = true;
    // For the browser's console.
    Object.assign(window, { nodes: { graph, shapes } });
}

const graphFiles = import.meta.glob("./graphs/*.json", { import: "default" });

function show(error: Error): void {
    message.hidden = false;
    message.textContent = error.message;
    console.error(error);
}
