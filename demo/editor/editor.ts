import { encodeLatent, type ShapeModel } from "babylon-deepsdf";
import { showFigures } from "../figures.js";
import type { Stage } from "../stage.js";
import { morph, neighbours, roll } from "./codes.js";
import { choose, save, toGlb, toGraph } from "./files.js";
import { History } from "./history.js";
import { listenToKeys } from "./keys.js";
import { showLight } from "./light.js";
import { Materials } from "./materials/index.js";
import type { Message } from "./message.js";
import { MorphPad } from "./pad.js";
import { Panel } from "./panel.js";
import { type NamedStates, Presets } from "./presets.js";
import { showProcessor } from "./processor.js";
import { PropView } from "./propView.js";
import { type EditorState, initialState, MOST_KEPT, toLink } from "./state.js";
import { Strip } from "./strip.js";
import { Thumbnails } from "./thumbnails.js";

const VARIATIONS = 6;
/** Milliseconds without a change after which variations are made. */
const REST = 500;
const BACKGROUND_FAILURE = "A variation was left out";

/** Where on the page the editor's parts go. */
export interface EditorElements {
    readonly figures: HTMLElement;
    readonly processor: HTMLElement;
    readonly light: HTMLElement;
    readonly strip: HTMLElement;
    readonly pad: HTMLElement;
    readonly undo: HTMLButtonElement;
    readonly redo: HTMLButtonElement;
    readonly roll: HTMLButtonElement;
}

/** What undo and redo go between. */
interface Step {
    readonly state: EditorState;
    readonly presets: NamedStates;
}

/** One decoder's editor: the present state, and all views of it. */
export class Editor {
    private readonly history: History<Step>;
    private readonly panel: Panel;
    private readonly pad: MorphPad;
    private readonly strip: Strip;
    private readonly presets: Presets;
    private readonly thumbnails: Thumbnails;
    private readonly disposal = new AbortController();
    private rest: ReturnType<typeof setTimeout> | null = null;
    private surfaces = 0;

    /** @param open is called with a decoder or scan that the user chose */
    static async CreateAsync(
        shapes: ShapeModel,
        stage: Stage,
        elements: EditorElements,
        message: Message,
        open: (file: File) => void,
    ): Promise<Editor> {
        const state = initialState(shapes, new URLSearchParams(location.search));
        const materials = new Materials(stage.scene);
        const watch = shapes.onSurfaceObservable.add(({ mesh, statistics }) => {
            if (mesh?.name === "prop") showFigures(elements.figures, shapes, statistics);
        });
        const view = await PropView.CreateAsync(shapes, stage, materials, state, (error) => message.fail(error));
        shapes.onSurfaceObservable.remove(watch);
        return new Editor(shapes, stage, elements, message, view, materials, state, open);
    }

    private constructor(
        readonly shapes: ShapeModel,
        stage: Stage,
        private readonly elements: EditorElements,
        private readonly message: Message,
        private readonly view: PropView,
        materials: Materials,
        private state: EditorState,
        open: (file: File) => void,
    ) {
        this.presets = new Presets(shapes, state);
        this.history = new History({ state, presets: this.presets.all });
        this.thumbnails = new Thumbnails(shapes, stage, materials);
        const fail = () => console.info(BACKGROUND_FAILURE);
        const picture = (code: string, signal: AbortSignal) => this.thumbnails.pictureAsync(code, signal);
        const take = (code: string) => this.commit({ ...this.state, code, pad: null });
        elements.strip.replaceChildren();
        this.strip = new Strip(elements.strip, VARIATIONS, picture, take, fail);
        this.pad = new MorphPad(
            elements.pad,
            (place, finished) => this.steer(place, finished),
            (corner) => this.commit({ ...this.state, kept: this.state.kept.filter((_, i) => i !== corner), pad: null }),
        );
        this.panel = new Panel(shapes, state, this.actions(open), this.presets.names);
        shapes.onSurfaceObservable.add(({ mesh, statistics }) => {
            // Thumbnails are drawn by whoever asks for them.
            if (mesh !== this.view.mesh) return;
            stage.invalidate();
            showFigures(elements.figures, shapes, statistics);
            // How many surfaces were shown so far, for whoever watches from outside.
            document.body.dataset.surfaces = String(++this.surfaces);
        });
        shapes.onErrorObservable.add(({ error }) => message.fail(error));
        this.listen();
        elements.roll.disabled = false;
        showProcessor(elements.processor, shapes);
        document.body.dataset.surfaces = String(++this.surfaces);
        this.show(state);
    }

    get present(): EditorState {
        return this.state;
    }

    /** A change that undo takes back. */
    commit(state: EditorState): void {
        this.history.commit({ state, presets: this.presets.all });
        this.show(state);
        // A link to the present prop is always in the address bar.
        window.history.replaceState(null, "", toLink(state));
    }

    /** Takes a code from elsewhere, such as a completed scan. */
    take(latent: Float32Array, category: string): void {
        this.commit({ ...this.state, code: encodeLatent(latent), category, pad: null });
    }

    dispose(): void {
        this.disposal.abort();
        if (this.rest) clearTimeout(this.rest);
        this.strip.pause();
        this.thumbnails.dispose();
        this.panel.dispose();
        this.view.dispose();
        this.shapes.dispose();
    }

    private show(state: EditorState): void {
        this.state = state;
        this.view.show(state);
        this.panel.show(state);
        showLight(this.elements.light, this.shapes, state);
        this.elements.undo.disabled = !this.history.canUndo;
        this.elements.redo.disabled = !this.history.canRedo;
        this.showPad();
        this.strip.pause();
        if (this.rest) clearTimeout(this.rest);
        this.rest = setTimeout(() => this.settle(), REST);
    }

    /** Pictures wait until the prop itself is done. */
    private async settle(): Promise<void> {
        const { state } = this;
        await this.showPad(true);
        if (state === this.state) await this.strip.show(neighbours(this.shapes, state, VARIATIONS));
    }

    private readonly pictures = new Map<string, HTMLCanvasElement>();

    private async showPad(make = false): Promise<void> {
        // The knob may move while pictures are made.
        const show = () => {
            const { kept, pad } = this.state;
            this.pad.show(
                kept.map((code) => this.pictures.get(code) ?? null),
                pad,
            );
        };
        show();
        for (const code of make ? this.state.kept : []) {
            if (this.pictures.has(code)) continue;
            this.pictures.set(code, await this.thumbnails.pictureAsync(code, this.disposal.signal));
            show();
        }
    }

    private steer(place: readonly [number, number], finished: boolean): void {
        const { kept, category } = this.state;
        const next = { ...this.state, pad: place, code: morph(this.shapes, kept, place, category) };
        if (finished) this.commit(next);
        else this.show(next);
    }

    private roll(): void {
        this.commit(roll(this.shapes, this.state, Math.floor(10_000 * Math.random())));
    }

    private keep(): void {
        const { kept, code } = this.state;
        if (kept.includes(code)) this.message.note("This prop is on the pad already");
        else if (kept.length >= MOST_KEPT)
            this.message.note(`The pad holds ${MOST_KEPT}; click one there to remove it`);
        else this.commit({ ...this.state, kept: [...kept, code], pad: null });
    }

    private step(step: Step | null): void {
        if (!step) return;
        const { state, presets } = step;
        this.presets.replace(presets);
        this.panel.setPresets(this.presets.names, "");
        this.show(state);
        window.history.replaceState(null, "", toLink(state));
    }

    private listen(): void {
        const { signal } = this.disposal;
        const { undo, redo, roll: rollButton } = this.elements;
        undo.addEventListener("click", () => this.step(this.history.undo()), { signal });
        redo.addEventListener("click", () => this.step(this.history.redo()), { signal });
        rollButton.addEventListener("click", () => this.roll(), { signal });
        listenToKeys(
            {
                undo: () => this.step(this.history.undo()),
                redo: () => this.step(this.history.redo()),
                roll: () => this.roll(),
                keep: () => this.keep(),
                wireframe: () => this.commit({ ...this.state, wireframe: !this.state.wireframe }),
                hull: () => this.commit({ ...this.state, hull: !this.state.hull }),
                variation: (i) => this.strip.choose(i),
            },
            signal,
        );
    }

    private commitPresets(chosen: string): void {
        this.panel.setPresets(this.presets.names, chosen);
        this.commit(this.state);
    }

    private actions(open: (file: File) => void): ConstructorParameters<typeof Panel>[2] {
        const guarded = (work: () => Promise<unknown>) => () => {
            work().catch((error: Error) => this.message.fail(error));
        };
        const copy = (text: string, what: string) =>
            navigator.clipboard.writeText(text).then(() => this.message.note(`${what} copied`));
        return {
            preview: (state) => this.show(state),
            commit: (state) => this.commit(state),
            roll: () => this.roll(),
            keep: () => this.keep(),
            savePreset: (name) => {
                this.presets.save(name, this.state);
                this.commitPresets(name);
                this.message.note(`“${name}” saved`);
            },
            loadPreset: (name) => {
                const state = this.presets.get(name);
                if (state) this.commit(state);
            },
            removePreset: (name) => {
                this.presets.remove(name);
                this.commitPresets("");
            },
            presetsToFile: () => save(this.presets.toFile(), "presets.json"),
            presetsFromFile: guarded(async () => {
                const file = await choose("application/json");
                if (!file) return;
                const count = this.presets.addFile(await file.text());
                this.commitPresets("");
                this.message.note(`${count} presets read`);
            }),
            copyLink: guarded(() => copy(new URL(toLink(this.state), location.href).href, "Link")),
            copyCode: guarded(() => copy(this.state.code, "Code")),
            exportGlb: guarded(async () => save(await toGlb(this.shapes, this.state), "prop.glb")),
            exportGraph: guarded(async () => save(toGraph(this.state), "prop.graph.json")),
            openFile: guarded(async () => {
                const file = await choose(".onnx,.ply,.pcd,.xyz,.glb");
                if (file) open(file);
            }),
        };
    }
}
