import type { ShapeModel } from "babylon-deepsdf";
import { Balls } from "./balls.js";
import type { FrameGraph } from "./frameGraph.js";
import type { Hud } from "./hud.js";
import { Materials } from "./materials/materials.js";
import type { Notice } from "./notice.js";
import type { Settings } from "./settings.js";
import { MarketShelf } from "./shelf.js";
import type { MarketStage } from "./stage.js";
import { PropStream } from "./stream.js";
import { Street } from "./street.js";
import { Walker } from "./walker.js";
import { Places } from "./wanted.js";
import { nextTask, takeLongest, timed } from "./work.js";

/** Milliseconds in a frame for each of planning, putting up props and giving them weight. */
const FRAME_BUDGET = 3;
/** Metres and radians that the walker moves before what is wanted is asked anew. */
const STEP = 0.8;
const TURN = 0.5;
/** Seconds that one frame moves the walker at most. */
const LONGEST_STEP = 0.25;

/** The market and its life: a walker, a street around it, props that come and go, balls. */
export class Market {
    readonly walker: Walker;
    stream: PropStream | null = null;
    private readonly materials: Materials;
    private readonly shelf: MarketShelf;
    private street: Street;
    private places: Places | null = null;
    private balls: Balls | null = null;
    private shapes: ShapeModel | null = null;
    private asked: { x: number; z: number; yaw: number } | null = null;
    private last = performance.now();
    private drewLast = false;
    /** Whether sky and ground are there, and the town's shader. */
    private isFurnished = false;
    private isFinishing = false;
    private seed: number;

    constructor(
        readonly stage: MarketStage,
        private readonly canvas: HTMLCanvasElement,
        private readonly settings: Settings,
        private readonly graph: FrameGraph,
        private readonly hud: Hud,
        private readonly notice: Notice,
    ) {
        this.seed = settings.seed;
        this.materials = new Materials(stage.scene);
        this.shelf = new MarketShelf(stage, this.materials, !stage.isSoftware, (error) => notice.error(error));
        this.street = new Street(stage, this.materials, this.seed);
        const tap = (x: number, y: number) => this.throwBall(x, y);
        this.walker = new Walker(canvas, stage.camera, tap, () => this.setStrolling(false));
        this.bindTools();
        this.setStrolling(settings.strolls);
    }

    run(): void {
        this.stage.engine.runRenderLoop(() => this.frame());
        window.addEventListener("resize", () => {
            this.stage.resize();
            this.asked = null;
        });
        document.addEventListener("visibilitychange", () => this.stage.invalidate());
        this.furnish().catch((error: Error) => this.notice.error(error));
    }

    private async furnish(): Promise<void> {
        await this.stage.furnishAsync();
        await nextTask();
        await this.materials.warmUpAsync("town");
        this.isFurnished = true;
        await nextTask();
        await this.materials.warmUpAsync("props");
    }

    /** Props begin to arrive. */
    stock(shapes: ShapeModel): void {
        this.shapes = shapes;
        const { limit, resolution, temperature } = this.settings;
        const isOnGpu = shapes.backend === "webgpu";
        this.hud.workerBytes = shapes.workerBytes;
        this.places = new Places(this.seed, shapes.categories);
        this.stream = new PropStream(shapes, this.shelf, {
            limit,
            resolution,
            temperature,
            frameBudget: FRAME_BUDGET,
            concurrency: isOnGpu ? 3 : 1,
            startsBetweenFrames: !isOnGpu,
        });
        this.asked = null;
    }

    private async loadPhysics(): Promise<void> {
        const { MarketPhysics } = await import("./physics.js");
        const physics = await MarketPhysics.LoadAsync(this.stage.scene);
        await nextTask();
        this.shelf.physics = physics;
        this.street.setPhysics(physics);
        const balls = new Balls(this.stage, physics);
        await balls.warmUpAsync();
        this.balls = balls;
        document.body.dataset.physics = "ready";
    }

    /** Throws a ball through a place of the page, CSS pixels; its middle unless given. */
    throwBall(x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2): void {
        if (this.balls) this.balls.throwAt(x, y);
        else this.notice.say("The balls are still on their way…", 2000);
    }

    /** A street of other houses and props. */
    goElsewhere(): void {
        this.seed = (this.seed + 1) % 1_000_000;
        const address = new URL(location.href);
        address.searchParams.set("seed", String(this.seed));
        history.replaceState(null, "", address);
        this.stream?.want([]);
        this.street.dispose();
        this.street = new Street(this.stage, this.materials, this.seed);
        if (this.shelf.physics) this.street.setPhysics(this.shelf.physics);
        if (this.shapes) this.places = new Places(this.seed, this.shapes.categories);
        this.asked = null;
        this.stage.invalidateShadows();
    }

    setStrolling(strolls: boolean): void {
        this.walker.isStrolling = strolls;
        document.getElementById("stroll")?.setAttribute("aria-pressed", String(strolls));
    }

    private frame(): void {
        const now = performance.now();
        const elapsed = now - this.last;
        this.last = now;
        const { walker, stage, stream } = this;
        if (walker.update(Math.min(LONGEST_STEP, elapsed / 1000))) {
            stage.follow(walker.x, walker.z, walker.yaw);
            stage.invalidate();
        }
        const isStreetComplete = this.isFurnished && this.street.update(walker.z);
        const { places } = this;
        const isPlanned = places !== null && timed("plan", () => places.plan(walker.z, FRAME_BUDGET));
        const arrivals = stream && isPlanned ? this.fill(stream) : 0;
        timed("grow", () => this.shelf.grow());
        if (arrivals === 0) timed("weigh", () => this.shelf.weigh(FRAME_BUDGET));
        const physics = this.shelf.physics;
        if (physics?.isAwake) {
            timed("physics", () => physics.update(elapsed));
            document.body.dataset.physics = physics.isAwake ? "awake" : "ready";
            stage.invalidateShadows();
        }
        stage.isLively = physics?.isAwake ?? false;
        const own = takeLongest();
        const drew = stage.draw();
        // The interval of a frame after a rest says nothing.
        takeLongest();
        if (drew) this.graph.add(this.drewLast ? elapsed : null, own);
        this.drewLast = drew;
        const isSettled = isStreetComplete && this.asked !== null && (stream?.isSettled ?? false);
        document.body.dataset.settled = String(isSettled);
    }

    /** A frame's share of the props. @returns how many were put up */
    private fill(stream: PropStream): number {
        this.askForProps(stream);
        const arrivals = stream.update();
        if (arrivals > 0) {
            document.body.dataset.props = String(stream.standingCount);
            if (!this.isFinishing) {
                this.isFinishing = true;
                this.finish().catch((error: Error) => this.notice.error(error));
            }
        }
        this.hud.update(stream, arrivals > 0 && arrivals === stream.standingCount);
        return arrivals;
    }

    /** What can wait until the first props stand. */
    private async finish(): Promise<void> {
        await this.stage.paveAsync();
        if (this.settings.hasPhysics) await this.loadPhysics();
    }

    private askForProps(stream: PropStream): void {
        const { x, z, yaw } = this.walker;
        const { halfAngle } = this.stage;
        const { asked } = this;
        if (asked && Math.hypot(x - asked.x, z - asked.z) < STEP && Math.abs(yaw - asked.yaw) < TURN) return;
        this.asked = { x, z, yaw };
        timed("choose", () => stream.want(this.places?.around({ x, z, yaw, halfAngle }, this.settings.limit) ?? []));
    }

    private bindTools(): void {
        const bind = (id: string, key: string, action: () => void) => {
            const button = document.getElementById(id) as HTMLButtonElement;
            button.addEventListener("click", action);
            button.disabled = false;
            window.addEventListener("keydown", (event) => {
                // A focused button presses itself.
                const isOnControl = event.target instanceof HTMLElement && event.target.closest("button, a, input");
                if (event.code === key && !isOnControl && !event.ctrlKey && !event.metaKey && !event.repeat) {
                    event.preventDefault();
                    action();
                }
            });
        };
        bind("stroll", "KeyR", () => this.setStrolling(!this.walker.isStrolling));
        bind("throw", "Space", () => this.throwBall());
        bind("anew", "KeyN", () => this.goElsewhere());
    }
}
