import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.js";
import type { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { type CompletionMode, LatentRandom, type ScanCompletion, type ShapeModel } from "babylon-deepsdf";
import type { Stage } from "../stage.js";
import { type DepthScan, joinScans, lookAt } from "./depthCamera.js";
import { measureMiss } from "./miss.js";
import { type Thing, thingInWorld, thingNames } from "./objects.js";
import type { Panel } from "./panel.js";
import { turnAside } from "./turnAside.js";
import { createCompletedMeshAsync, Workbench } from "./workbench.js";

/** Height of the stage's ground. */
const GROUND = -0.93;
/** Height that the camera looks at. */
const MIDDLE = -0.08;
/** Turn of the thing: not one that a decoder would guess. */
const YAW = 0.9;
const NOISE = 0.004;
const HOLES = 5;
/** Results that are offered. */
const COUNT = 3;

export interface SessionSettings {
    /** Pixels along a side of the sensor's picture. */
    readonly sensorSize: number;
    /** Cells along a side of completed shapes. */
    readonly resolution: number;
    readonly thing: string;
    /** The view may move by itself; else it jumps. */
    readonly isLively: boolean;
}

/** A thing, looks at it, and what they are completed to. */
export class Session {
    private readonly bench: Workbench;
    private thing: Thing | null = null;
    private scans: DepthScan[] = [];
    private file: File | null = null;
    private work: AbortController | null = null;
    private completions: ScanCompletion[] = [];
    /** Which of the completions is on stage. */
    private shown = 0;
    private drawing = new AbortController();

    constructor(
        private readonly stage: Stage,
        private readonly shapes: ShapeModel,
        private readonly panel: Panel,
        private readonly settings: SessionSettings,
    ) {
        this.bench = new Workbench(stage);
        const names = thingNames(shapes.categories);
        panel.fill(
            panel.thing,
            names.map((name) => [name, name]),
        );
        panel.fill(panel.category, [["", "any family"], ...shapes.categories.map((name) => [name, name] as const)]);
        panel.thing.value = names.includes(settings.thing) ? settings.thing : names[0];
        panel.thing.addEventListener("change", () => this.setThing(panel.thing.value));
        panel.mode.addEventListener("change", () => void this.showAsync(this.shown));
        panel.look.addEventListener("click", () => this.look());
        panel.clear.addEventListener("click", () => this.clear());
        panel.complete.addEventListener("click", () => (this.work ? this.work.abort() : void this.completeAsync()));
        panel.file.addEventListener("change", () => panel.file.files?.[0] && this.setFile(panel.file.files[0]));
        const show = () => this.bench.setShown(Number(panel.between.value), panel.showsTruth.checked);
        panel.between.addEventListener("input", show);
        panel.showsTruth.addEventListener("change", show);
        show();
        this.acceptDrops();
        this.setThing(panel.thing.value);
    }

    /** Another thing, seen once from where the camera is. */
    setThing(name: string): void {
        if (this.file) this.standAt(1, new Vector3(0, MIDDLE, 0), true);
        this.clear();
        this.thing = thingInWorld(name, GROUND, YAW);
        this.bench.setTruth(this.thing);
        this.panel.showsTruth.disabled = false;
        this.look();
    }

    /** One more look from where the camera is. */
    look(): void {
        if (!this.thing) return;
        this.dropResults();
        const camera = this.stage.scene.activeCamera as ArcRotateCamera;
        const position = camera.position.asArray() as [number, number, number];
        const random = new LatentRandom(11, this.scans.length);
        const scan = lookAt(
            this.thing,
            { position, target: [0, MIDDLE, 0], size: this.settings.sensorSize, noise: NOISE, holeCount: HOLES },
            random,
        );
        this.scans.push(scan);
        const joined = joinScans(this.scans);
        this.bench.setScan(joined);
        const looks = this.scans.length === 1 ? "one look" : `${this.scans.length} looks`;
        const count = (joined.positions.length / 3).toLocaleString("en");
        this.panel.say(`${count} points from ${looks}; the rest is unseen. Turn the thing for another look.`);
        document.body.dataset.points = String(joined.positions.length / 3);
    }

    /** Nothing was seen yet. */
    clear(): void {
        this.dropResults();
        this.scans = [];
        this.file = null;
        this.bench.setScan(null);
        this.panel.say("Nothing scanned yet: look at the thing, or drop a scan's file.");
        document.body.dataset.points = "0";
    }

    /** A scan of the visitor's own, in its own units and axes. */
    setFile(file: File): void {
        this.clear();
        this.thing = null;
        this.panel.thing.selectedIndex = -1;
        this.bench.setTruth(null);
        this.panel.showsTruth.disabled = true;
        this.file = file;
        void this.completeAsync();
    }

    async completeAsync(): Promise<void> {
        const source = this.file ?? (this.scans.length > 0 ? joinScans(this.scans) : null);
        if (!source) {
            this.panel.say("There is nothing to complete: look at the thing first.", true);
            return;
        }
        this.dropResults();
        const work = new AbortController();
        this.work = work;
        this.panel.setProgress(0);
        this.panel.say("Searching for shapes and poses that agree with the scan…");
        const start = performance.now();
        try {
            const completions = await this.shapes.completeScanAsync(source, {
                category: this.panel.category.value || undefined,
                count: COUNT,
                signal: work.signal,
                onProgress: (share) => this.panel.setProgress(share),
            });
            const seconds = (performance.now() - start) / 1000;
            this.completions = [...completions].sort((a, b) => b.confidence - a.confidence);
            this.showResults(seconds);
            await this.showAsync(0);
            if (this.file) this.panel.say(`Found in ${seconds.toFixed(1)} s.`);
            this.panel.revealResults();
            turnAside(this.stage.scene.activeCamera as ArcRotateCamera, this.settings.isLively);
            document.body.dataset.completed = String(completions.length);
        } catch (error) {
            if (work.signal.aborted) this.panel.say("Stopped.");
            else this.panel.say((error as Error).message, true);
        } finally {
            if (this.work === work) this.work = null;
            this.panel.setProgress(null);
        }
    }

    private showResults(seconds: number): void {
        const lines = this.completions.map(({ category, confidence, evidence }) => ({
            // Nobody is altogether sure of what nobody saw.
            title: `${category ?? "shape"}, ${percent(Math.min(99, Math.floor(100 * confidence)))} sure`,
            detail: `${percent(Math.floor(100 * evidence.explained))} of the points explained, off by ${percent((100 * evidence.residual).toFixed(1))} of its size`,
        }));
        this.panel.setResults(lines, (place) => void this.showAsync(place));
        this.panel.say(`Found in ${seconds.toFixed(1)} s; drawing the likeliest…`);
    }

    /** Draws one of the completions in its place; of several calls the last counts. */
    private async showAsync(place: number): Promise<void> {
        const completion = this.completions[place];
        if (!completion) return;
        this.drawing.abort();
        this.drawing = new AbortController();
        const { signal } = this.drawing;
        this.shown = place;
        const mode = this.panel.mode.value as CompletionMode;
        try {
            const mesh = await createCompletedMeshAsync(completion, mode, this.settings.resolution, signal);
            if (signal.aborted) {
                mesh.dispose();
                return;
            }
            if (this.file) this.bringHere(completion);
            this.bench.setCompleted(mesh);
            document.body.dataset.mode = mode;
            if (this.thing && mode !== "fill") this.sayMiss(this.thing, mesh);
        } catch (error) {
            if (!signal.aborted) this.panel.say((error as Error).message, true);
        }
    }

    /** Against the real thing, which nobody has outside of a demo. */
    private sayMiss(thing: Thing, mesh: Mesh): void {
        const positions = mesh.getVerticesData(VertexBuffer.PositionKind);
        const indices = mesh.getIndices();
        if (!positions || !indices) return;
        const { median, most } = measureMiss(thing, { positions, indices });
        this.panel.say(
            `Against the real thing, seen and unseen: half is within ${percent((100 * median).toFixed(1))} of its size, 95 in 100 points within ${percent((100 * most).toFixed(1))}.`,
        );
        document.body.dataset.miss = median.toFixed(4);
    }

    /** Files have units and places of their own: the camera goes where the thing is. */
    private bringHere({ scan, transform }: ScanCompletion): void {
        this.bench.setScan(scan);
        this.standAt(Math.cbrt(Math.abs(transform.determinant())), transform.getTranslation(), false);
    }

    /** The camera looks at a thing of some size; where ground lies is known of the stage's own things alone. */
    private standAt(size: number, place: Vector3, hasGround: boolean): void {
        const { scene } = this.stage;
        const camera = scene.activeCamera as ArcRotateCamera;
        scene.getMeshByName("ground")?.setEnabled(hasGround);
        camera.lowerRadiusLimit = 2 * size;
        camera.upperRadiusLimit = 9 * size;
        camera.minZ = 0.02 * size;
        camera.maxZ = 200 * size;
        camera.setTarget(place, false, true, true);
        camera.radius = 4.2 * size;
        // Where it stands from now on, for whoever looks before the next frame.
        camera.getViewMatrix(true);
        scene.fogStart = 5 * size;
        scene.fogEnd = (hasGround ? 14 : 40) * size;
        this.stage.invalidate();
    }

    private dropResults(): void {
        this.work?.abort();
        this.work = null;
        this.drawing.abort();
        this.completions = [];
        this.bench.setCompleted(null);
        this.panel.setResults([], () => undefined);
        this.panel.setProgress(null);
        delete document.body.dataset.completed;
        delete document.body.dataset.miss;
        delete document.body.dataset.mode;
    }

    private acceptDrops(): void {
        window.addEventListener("dragover", (event) => event.preventDefault());
        window.addEventListener("drop", (event) => {
            event.preventDefault();
            const file = event.dataTransfer?.files[0];
            if (file) this.setFile(file);
        });
    }
}

/** A number and its sign stay on one line. */
function percent(value: number | string): string {
    return `${value}\u00a0%`;
}
