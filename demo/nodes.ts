import "@babylonjs/core/Meshes/Node/Blocks/allBlocks.js";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { Scene } from "@babylonjs/core/scene.js";
import { buildAsync, onGraphErrorObservable, parseNodeGeometry, registerShapeModel, ShapeModel } from "babylon-deepsdf";
import { NodePreview } from "./nodePreview.js";
import { fetchAhead } from "./shared/fetchAhead.js";
import "./shared/nav.js";
import { showStop } from "./shared/stop.js";

const GRAPHS = ["marketStall", "morphRow"];

/** What is shown first, where the decoder has it. */
const FIRST = { category: "vase", seed: 7, resolution: 28 };

const address = new URLSearchParams(location.search);
const message = document.getElementById("message") as HTMLElement;

let preview: NodePreview | null = null;
start().catch((error: Error) => {
    preview?.dispose();
    showStop(message, error);
});

async function start(): Promise<void> {
    const name = GRAPHS.includes(address.get("graph") ?? "") ? (address.get("graph") as string) : GRAPHS[0];
    document.querySelector(`nav.graphs a[href="?graph=${name}"]`)?.setAttribute("aria-current", "page");

    const file = address.get("model") ?? "./props.onnx";
    fetchAhead(file);
    const host = document.getElementById("editor") as HTMLElement;
    // The editor draws its preview with an engine of its own; shapes are made beside it, on WASM.
    const loading = ShapeModel.LoadAsync(file, new Scene(new NullEngine()));
    // What goes wrong is told once the preview is there to be taken away.
    loading.catch(() => {});
    preview = await NodePreview.OpenAsync(host);
    const shapes = await loading;
    registerShapeModel("props", shapes);
    message.textContent = "Making the shapes…";
    await showFirst(shapes, preview);

    const graph = parseNodeGeometry((await graphFiles[`./graphs/${name}.json`]()) as object);
    onGraphErrorObservable.add(show);
    graph.onBuildObservable.add(() => {
        message.hidden = true;
        // How often it was built so far, for whoever watches from outside.
        document.body.dataset.builds = String(Number(document.body.dataset.builds ?? 0) + 1);
    });
    await buildAsync(graph);
    if (graph.vertexData) await preview.showAsync(graph.vertexData);
    document.body.dataset.preview = "graph";

    message.hidden = false;
    message.textContent = "Loading the editor…";
    const { openEditor } = await import("./nodeEditor.js");
    preview.dispose();
    delete document.body.dataset.preview;
    openEditor(graph, host);
    message.hidden = true;
    // For the browser's console.
    Object.assign(window, { nodes: { graph, shapes } });
}

/** A shape of the decoder, small and soon there, while the graph is made. */
async function showFirst(shapes: ShapeModel, preview: NodePreview): Promise<void> {
    const { category, seed, resolution } = FIRST;
    const latent = shapes.sampleLatent({ seed, category: shapes.categories.find((name) => name === category) });
    const mesh = await shapes.createMeshAsync("first", { latent, resolution });
    await preview.showAsync(VertexData.ExtractFromMesh(mesh));
    mesh.dispose();
    document.body.dataset.preview = "shape";
}

const graphFiles = import.meta.glob("./graphs/*.json", { import: "default" });

function show(error: Error): void {
    message.hidden = false;
    message.textContent = error.message;
    console.error(error);
}
