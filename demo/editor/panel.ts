import { decodeLatent, encodeLatent, positionOnAxis, type ShapeModel } from "babylon-deepsdf";
import GUI, { type Controller } from "lil-gui";
import { axesOf, meanOf, placeOnAxis } from "./codes.js";
import { drawCode, type EditorState, MATERIALS, RESOLUTIONS } from "./state.js";

/** What the panel asks of the editor. */
export interface PanelActions {
    /** While something is dragged: shown, but no step for undo yet. */
    preview(state: EditorState): void;
    /** A finished change. */
    commit(state: EditorState): void;
    roll(): void;
    keep(): void;
    savePreset(name: string): void;
    loadPreset(name: string): void;
    removePreset(name: string): void;
    presetsToFile(): void;
    presetsFromFile(): void;
    copyLink(): void;
    copyCode(): void;
    exportGlb(): void;
    exportGraph(): void;
    openFile(): void;
}

const BUDGETS = { all: 0, "10 000": 10_000, "3 000": 3_000, "1 000": 1_000, "300": 300 };

/** The sliders: a view of the state, and hands to change it. */
export class Panel {
    private readonly gui: GUI;
    private readonly axes: GUI;
    private readonly values: Record<string, unknown> = {};
    private readonly preset = { name: "my prop", saved: "" };
    private saved: Controller | null = null;
    private readonly presets: GUI;
    private shownCategory: string | null = null;

    constructor(
        private readonly shapes: ShapeModel,
        private state: EditorState,
        private readonly actions: PanelActions,
        presetNames: readonly string[],
    ) {
        this.gui = new GUI({ title: "Prop", width: 300 });
        this.gui.domElement.setAttribute("aria-label", "Properties of the prop");
        this.addPropControls();
        this.axes = this.gui.addFolder("Axes (tick to lock)");
        const look = this.gui.addFolder("Look");
        this.addLookControls(look);
        this.presets = this.gui.addFolder("Presets").close();
        this.addPresetControls(presetNames);
        this.addFileControls(this.gui.addFolder("Files").close());
        this.show(state);
        if (window.innerWidth < 700) this.gui.close();
    }

    /** Brings every control to the state. */
    show(state: EditorState): void {
        this.state = state;
        if (state.category !== this.shownCategory) this.buildAxes(state.category);
        const { category, seed, temperature, resolution, triangleBudget, material, wireframe, hull } = state;
        Object.assign(this.values, {
            category,
            seed,
            temperature,
            resolution,
            triangleBudget,
            material,
            wireframe,
            hull,
        });
        const latent = decodeLatent(state.code);
        const mean = meanOf(this.shapes, category);
        axesOf(this.shapes, category).forEach((axis, i) => {
            const [least, most] = axis.range;
            const position = Math.min(most, Math.max(least, positionOnAxis(latent, axis, mean)));
            this.values[`axis ${i}`] = Math.round(100 * position) / 100;
            this.values[`lock ${i}`] = state.locked.includes(axis.name);
        });
        for (const controller of this.gui.controllersRecursive()) controller.updateDisplay();
    }

    setPresets(names: readonly string[], chosen: string): void {
        this.preset.saved = chosen;
        this.saved = this.saved?.options([...names]) ?? null;
        this.saved?.name("saved").onChange((name: string) => this.actions.loadPreset(name));
    }

    dispose(): void {
        this.gui.destroy();
    }

    private addPropControls(): void {
        const { gui, shapes, actions, values } = this;
        Object.assign(values, { category: "", seed: 0, temperature: 0 });
        if (shapes.categories.length > 0) {
            gui.add(values as { category: string }, "category", [...shapes.categories])
                .name("family")
                .onChange((category: string) => {
                    const { seed, temperature } = this.state;
                    const code = encodeLatent(drawCode(shapes, category, seed, temperature));
                    actions.commit({ ...this.state, category, code, pad: null });
                });
        }
        this.addRange(gui, "seed", 0, 9999, 1, (seed) => this.redrawn({ seed: Math.round(seed) }));
        gui.add({ roll: () => actions.roll() }, "roll").name("roll the dice (R)");
        this.addRange(gui, "temperature", 0, 1.5, 0.01, (temperature) => this.redrawn({ temperature }));
        gui.add({ keep: () => actions.keep() }, "keep").name("keep on the morph pad (K)");
    }

    /** The seeded prop again, with another seed or temperature. */
    private redrawn(change: Partial<Pick<EditorState, "seed" | "temperature">>): EditorState {
        const next = { ...this.state, ...change, pad: null };
        return { ...next, code: encodeLatent(drawCode(this.shapes, next.category, next.seed, next.temperature)) };
    }

    private buildAxes(category: string): void {
        const { shapes, axes, values } = this;
        this.shownCategory = category;
        for (const controller of [...axes.controllers]) controller.destroy();
        const mean = meanOf(shapes, category);
        axesOf(shapes, category).forEach((axis, i) => {
            values[`axis ${i}`] = 0;
            values[`lock ${i}`] = false;
            const slider = this.addRange(axes, `axis ${i}`, axis.range[0], axis.range[1], 0.01, (position) => {
                const latent = placeOnAxis(shapes, decodeLatent(this.state.code), axis, position, mean);
                return { ...this.state, code: encodeLatent(latent), pad: null };
            });
            slider.name(axis.name);
            this.addLock(slider, axis.name, i);
        });
        axes.show(axes.controllers.length > 0);
    }

    /** A tick box before an axis' name. */
    private addLock(slider: Controller, name: string, i: number): void {
        const box = document.createElement("input");
        box.type = "checkbox";
        box.className = "lock";
        box.setAttribute("aria-label", `lock ${name}: a roll leaves it alone`);
        box.title = "lock: a roll leaves this axis alone";
        box.addEventListener("change", () => {
            const others = this.state.locked.filter((locked) => locked !== name);
            this.actions.commit({ ...this.state, locked: box.checked ? [...others, name] : others });
        });
        slider.domElement.prepend(box);
        const update = slider.updateDisplay.bind(slider);
        slider.updateDisplay = () => {
            box.checked = this.values[`lock ${i}`] === true;
            return update();
        };
    }

    private addLookControls(folder: GUI): void {
        const { actions, values } = this;
        Object.assign(values, { resolution: 0, triangleBudget: 0, material: "clay", wireframe: false, hull: false });
        const { least, most, step } = RESOLUTIONS;
        this.addRange(folder, "resolution", least, most, step, (resolution) => ({ ...this.state, resolution }));
        folder
            .add(values as { triangleBudget: number }, "triangleBudget", BUDGETS)
            .name("triangles at most")
            .onChange((triangleBudget: number) => actions.commit({ ...this.state, triangleBudget }));
        folder
            .add(values as { material: string }, "material", [...MATERIALS])
            .onChange((material: EditorState["material"]) => actions.commit({ ...this.state, material }));
        for (const [flag, label] of [
            ["wireframe", "wireframe (W)"],
            ["hull", "collision hull (H)"],
        ] as const) {
            folder
                .add(values as Record<string, boolean>, flag)
                .name(label)
                .onChange((value: boolean) => actions.commit({ ...this.state, [flag]: value }));
        }
    }

    private addPresetControls(names: readonly string[]): void {
        const { presets, preset, actions } = this;
        presets.add(preset, "name");
        presets.add({ save: () => actions.savePreset(preset.name.trim() || "my prop") }, "save");
        this.saved = presets.add(preset, "saved", [...names]);
        this.setPresets(names, "");
        presets.add({ remove: () => actions.removePreset(preset.saved) }, "remove").name("remove the chosen one");
        presets.add({ toFile: () => actions.presetsToFile() }, "toFile").name("all into a file");
        presets.add({ fromFile: () => actions.presetsFromFile() }, "fromFile").name("from a file…");
    }

    private addFileControls(folder: GUI): void {
        const { actions } = this;
        folder.add({ copyLink: () => actions.copyLink() }, "copyLink").name("copy a link to this prop");
        folder.add({ copyCode: () => actions.copyCode() }, "copyCode").name("copy the code as text");
        folder.add({ exportGlb: () => actions.exportGlb() }, "exportGlb").name("export GLB");
        folder.add({ exportGraph: () => actions.exportGraph() }, "exportGraph").name("export Node Geometry graph");
        folder.add({ openFile: () => actions.openFile() }, "openFile").name("open a decoder or scan…");
    }

    /** A slider that previews while it is dragged and commits when it is let go. */
    private addRange(
        folder: GUI,
        name: string,
        least: number,
        most: number,
        step: number,
        change: (value: number) => EditorState,
    ): Controller {
        return folder
            .add(this.values as Record<string, number>, name, least, most, step)
            .onChange((value: number) => this.actions.preview(change(value)))
            .onFinishChange((value: number) => this.actions.commit(change(value)));
    }
}
