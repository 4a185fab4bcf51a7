import { ShapeModel, type ShapeModelOptions } from "babylon-deepsdf";
import { Editor, type EditorElements } from "./editor/editor.js";
import { onDrop } from "./editor/files.js";
import { Message } from "./editor/message.js";
import "./shared/nav.js";
import { createEngine } from "./shared/engine.js";
import { fetchAhead } from "./shared/fetchAhead.js";
import { Stage } from "./stage.js";

const address = new URLSearchParams(location.search);
const message = new Message(element("message"));
const elements: EditorElements = {
    figures: element("figures"),
    processor: element("processor"),
    light: element("light"),
    strip: element("strip"),
    pad: element("pad"),
    undo: element<HTMLButtonElement>("undo"),
    redo: element<HTMLButtonElement>("redo"),
    roll: element<HTMLButtonElement>("roll"),
};
/** Spread of the codes of a decoder whose file says nothing about it. */
const UNKNOWN_DEVIATION = 0.1;

start().catch((error: Error) => message.failStart(error));

async function start(): Promise<void> {
    const canvas = element<HTMLCanvasElement>("stage");
    const model = address.get("model") ?? "./props.onnx";
    fetchAhead(model);
    const engine = await createEngine(canvas, address.get("engine"));
    const stage = new Stage(engine, canvas);
    let editor = await edit(stage, model);
    stage.run();
    await stage.whenReadyAsync();
    // For the browser's console.
    const expose = () => Object.assign(window, { demo: { engine, scene: stage.scene, stage, editor } });
    expose();
    message.hide();

    const openDecoder = async (file: File) => {
        const next = await edit(stage, file);
        editor.dispose();
        editor = next;
        expose();
        message.note(`${file.name} opened`);
    };
    open = (file) => {
        const work = file.name.toLowerCase().endsWith(".onnx") ? openDecoder(file) : complete(editor, file);
        work.catch((error: Error) => message.fail(error));
    };
    onDrop(document.body, (file) => open(file));
    // The panel takes room on phones, so it is not the window alone that changes the canvas' size.
    new ResizeObserver(() => stage.fitToCanvas()).observe(canvas);
}

/** What to do with a file; set when there is an editor. */
let open: (file: File) => void = () => {};

async function edit(stage: Stage, source: string | File): Promise<Editor> {
    const shapes = await ShapeModel.LoadAsync(source, stage.scene, {
        backend: (address.get("backend") as ShapeModelOptions["backend"]) ?? "auto",
        evaluator: (address.get("evaluator") as ShapeModelOptions["evaluator"]) ?? "auto",
        latentDeviation: UNKNOWN_DEVIATION,
        onProgress: ({ loadedBytes, totalBytes }) => {
            const percent = totalBytes ? ` ${Math.round((100 * loadedBytes) / totalBytes)} %` : "";
            message.wait(`Loading the decoder…${percent}`);
        },
    });
    message.wait("Making the first prop…");
    return Editor.CreateAsync(shapes, stage, elements, message, (file) => open(file));
}

/** Shows the prop that a scan is likeliest to be of. */
async function complete(editor: Editor, file: File): Promise<void> {
    message.wait(`Completing ${file.name}…`);
    const { category } = editor.present;
    const [best] = await editor.shapes.completeScanAsync(file, category ? { category } : {});
    editor.take(best.latent, category);
    message.note(`${file.name} completed, confidence ${Math.round(100 * best.confidence)} %`);
}

function element<T extends HTMLElement>(id: string): T {
    return document.getElementById(id) as T;
}
