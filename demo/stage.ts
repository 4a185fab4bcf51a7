import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import type { Camera } from "@babylonjs/core/Cameras/camera.js";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { DirectionalLight } from "@babylonjs/core/Lights/directionalLight.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { RenderTargetTexture } from "@babylonjs/core/Materials/Textures/renderTargetTexture.js";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateDisc } from "@babylonjs/core/Meshes/Builders/discBuilder.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import "@babylonjs/core/Lights/Shadows/shadowGeneratorSceneComponent.js";
import "@babylonjs/core/Culling/ray.js";

import { isDrawnInSoftware } from "./shared/engine.js";

export { createEngine } from "./shared/engine.js";

const BACKGROUND = "#2b3038";
/** Props fill [-0.9, 0.9] on their longest side; the ground lies a little below the lowest. */
const GROUND_HEIGHT = -0.93;
/** Texels of the shadow map's side; of it and its blur a frame drawn by the CPU consists for the most part. */
const SHADOW_SIZE = { gpu: 1024, software: 512 };
/** How wide shadows are blurred, as a part of the map's side. */
const SHADOW_BLUR = 24 / 1024;
/** Frames until the camera's inertia and the shadow map have caught up with a change. */
const SETTLING_FRAMES = 3;

/** A ground, a sun with a soft shadow, a sky, and a camera to turn. */
export class Stage {
    readonly scene: Scene;
    private readonly camera: ArcRotateCamera;
    /** From which a prop is well seen on the canvas as it is. */
    private distance: number;
    private framesDue = 0;
    /** Of those, with new shadows. */
    private shadowsDue = 0;
    private readonly shadows: ShadowGenerator;
    private readonly material: StandardMaterial;

    constructor(
        engine: AbstractEngine,
        readonly canvas: HTMLCanvasElement,
    ) {
        const scene = new Scene(engine);
        this.scene = scene;
        scene.clearColor = Color4.FromColor3(Color3.FromHexString(BACKGROUND));

        // The ground fades into the background.
        scene.fogMode = Scene.FOGMODE_LINEAR;
        scene.fogColor = Color3.FromHexString(BACKGROUND);
        scene.fogStart = 5;
        scene.fogEnd = 14;

        this.distance = distanceFor(canvas);
        const camera = new ArcRotateCamera("camera", 1.05, 1.2, this.distance, new Vector3(0, -0.08, 0), scene);
        this.camera = camera;
        camera.lowerRadiusLimit = 2;
        camera.upperRadiusLimit = 9;
        camera.upperBetaLimit = 1.54;
        camera.wheelDeltaPercentage = 0.01;
        camera.minZ = 0.05;
        camera.attachControl(canvas, true);
        camera.onViewMatrixChangedObservable.add(() => this.look());
        for (const input of ["pointerdown", "pointermove", "wheel", "keydown"]) {
            canvas.addEventListener(input, () => this.look(), { passive: true });
        }

        const sky = new HemisphericLight("sky", new Vector3(0.2, 1, 0.3), scene);
        sky.intensity = 0.6;
        sky.diffuse = Color3.FromHexString("#dfe8f5");
        sky.groundColor = Color3.FromHexString("#5a4d42");
        const sun = new DirectionalLight("sun", new Vector3(-0.35, -1, -0.85), scene);
        sun.position = new Vector3(1.4, 4, 3.4);
        sun.intensity = 1.25;
        sun.diffuse = Color3.FromHexString("#fff1dc");

        const size = SHADOW_SIZE[isDrawnInSoftware(engine) ? "software" : "gpu"];
        this.shadows = new ShadowGenerator(size, sun);
        this.shadows.useBlurExponentialShadowMap = true;
        this.shadows.blurKernel = SHADOW_BLUR * size;
        this.shadows.setDarkness(0.35);
        this.shadows.getShadowMap()!.refreshRate = RenderTargetTexture.REFRESHRATE_RENDER_ONCE;
        this.addGround();

        this.material = new StandardMaterial("clay", scene);
        this.material.diffuseColor = Color3.FromHexString("#d29a63");
        this.material.specularColor = new Color3(0.12, 0.12, 0.12);
        this.material.specularPower = 24;
    }

    /** Resolves when everything in the scene can be drawn. */
    whenReadyAsync(): Promise<void> {
        return this.scene.whenReadyAsync();
    }

    /** Draws from now on, each frame in which something changed, so that a still scene costs nothing. */
    run(): void {
        this.invalidate();
        this.scene.getEngine().runRenderLoop(() => {
            if (this.isAtRest) return;
            // What is drawn before all is ready counts for nothing, least of all shadows.
            if (!this.scene.isReady()) this.invalidate();
            if (this.shadowsDue > 0) this.shadows.getShadowMap()!.resetRefreshCounter();
            this.framesDue--;
            this.shadowsDue--;
            this.scene.render();
        });
    }

    /**
     * Draws what another camera sees, lets `look` at the canvas, and draws the stage again, all before the browser shows
     * anything.
     */
    withCameraAsync<Result>(camera: Camera, look: () => Result): Promise<Result> {
        const { scene } = this;
        const engine = scene.getEngine();
        const draw = () => {
            engine.beginFrame();
            scene.render(false);
            engine.endFrame();
        };
        return new Promise((resolve, reject) => {
            requestAnimationFrame(() => {
                const own = scene.activeCamera;
                try {
                    scene.activeCamera = camera;
                    draw();
                    resolve(look());
                } catch (error) {
                    reject(error);
                } finally {
                    scene.activeCamera = own;
                    draw();
                }
            });
        });
    }

    /** The canvas has another size: its prop stays as large in it. */
    fitToCanvas(): void {
        this.scene.getEngine().resize();
        const distance = distanceFor(this.canvas);
        this.camera.radius *= distance / this.distance;
        this.distance = distance;
        this.invalidate();
    }

    /** Whether all that changed is drawn. */
    get isAtRest(): boolean {
        return this.framesDue <= 0 && this.scene.isReady();
    }

    /** Something changed: the next frames are drawn, with new shadows. */
    invalidate(): void {
        this.shadowsDue = SETTLING_FRAMES;
        this.look();
    }

    /** The camera may have moved, which leaves shadows as they are. */
    private look(): void {
        this.framesDue = SETTLING_FRAMES;
    }

    /** Gives a prop its material and shadow. */
    show(mesh: Mesh): void {
        this.invalidate();
        mesh.material = this.material;
        mesh.receiveShadows = true;
        this.shadows.addShadowCaster(mesh);
    }

    private addGround(): void {
        const ground = CreateDisc("ground", { radius: 30, tessellation: 96 }, this.scene);
        ground.rotation.x = Math.PI / 2;
        ground.position.y = GROUND_HEIGHT;
        ground.receiveShadows = true;
        const material = new StandardMaterial("ground", this.scene);
        material.diffuseColor = Color3.FromHexString("#6d7580");
        material.specularColor = Color3.Black();
        ground.material = material;
    }
}

/** A narrow picture needs more distance for the same prop. */
function distanceFor({ clientWidth, clientHeight }: HTMLCanvasElement): number {
    return 4.2 * Math.max(1, Math.min(1.7, (0.85 * clientHeight) / Math.max(1, clientWidth)));
}
