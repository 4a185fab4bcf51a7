import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { Constants } from "@babylonjs/core/Engines/constants.js";
import { DirectionalLight } from "@babylonjs/core/Lights/directionalLight.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import { RenderTargetTexture } from "@babylonjs/core/Materials/Textures/renderTargetTexture.js";
import { Texture } from "@babylonjs/core/Materials/Textures/texture.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh.js";
import { CreateGround } from "@babylonjs/core/Meshes/Builders/groundBuilder.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import "@babylonjs/core/Lights/Shadows/shadowGeneratorSceneComponent.js";
import { GpuPace } from "./gpuPace.js";
import { type CobbleTile, cobbleTile } from "./materials/cobbles.js";
import { addSky, HAZE } from "./sky.js";
import { inSlices, nextTask, timed } from "./work.js";

/** Towards the ground, from the left and from behind. */
const SUNLIGHT = new Vector3(0.62, -1, 0.42).normalize();
/** Side of the square that shadows reach, metres, and its middle ahead of the walker. */
const SHADOW_SIDE = 34;
const SHADOW_AHEAD = 9;
/** Height of the view, radians, and half its least width, as a part of the distance. */
const VIEW_HEIGHT = 0.95;
const LEAST_VIEW_WIDTH = 0.42;
/** Length of street covered by the ground, and side of one tile of cobbles, metres. */
const GROUND_LENGTH = 170;
const TILE = 1.7;
/** A slope of none. */
const FLAT = Uint8Array.of(128, 128, 255, 255);
/** Milliseconds between two shadow maps while nothing moves but props still arrive; drawn by the CPU, also two frames. */
const PAUSE = 120;
const SOFTWARE_PAUSE = 1500;

/** Light, sky, ground and camera of the market, drawn only when something changed. */
export class MarketStage {
    readonly scene: Scene;
    readonly camera: FreeCamera;
    /** Whether things move, whose shadows go with them. */
    isLively = false;
    private readonly sun: DirectionalLight;
    private readonly shadows: ShadowGenerator;
    private ground: Mesh | null = null;
    private readonly pace: GpuPace;
    private framesDue = 2;
    private frameDueAt = Number.POSITIVE_INFINITY;
    private drawn = 0;
    private shadowsDue = true;
    private shadowsDrawn = 0;

    constructor(
        readonly engine: AbstractEngine,
        readonly isSoftware: boolean,
    ) {
        const scene = new Scene(engine);
        this.scene = scene;
        this.pace = new GpuPace(engine);
        scene.skipPointerMovePicking = true;
        scene.fogMode = Scene.FOGMODE_LINEAR;
        scene.fogColor = HAZE;
        scene.fogStart = 16;
        scene.fogEnd = 64;
        scene.clearColor = HAZE.toColor4();
        scene.imageProcessingConfiguration.contrast = 1.15;
        scene.imageProcessingConfiguration.exposure = 1.15;

        this.camera = new FreeCamera("walker", new Vector3(0, 1.65, 0), scene);
        this.camera.minZ = 0.08;
        this.camera.maxZ = 160;
        this.widenView();
        this.camera.inputs.clear();

        const sky = new HemisphericLight("sky", new Vector3(-0.2, 1, -0.1), scene);
        sky.intensity = 0.74;
        sky.diffuse = Color3.FromHexString("#dfe9f7");
        sky.groundColor = Color3.FromHexString("#8a7763");
        sky.specular = Color3.FromHexString("#404850");
        this.sun = new DirectionalLight("sun", SUNLIGHT, scene);
        this.sun.intensity = 0.85;
        this.sun.diffuse = Color3.FromHexString("#ffe9c8");
        this.sun.specular = Color3.FromHexString("#ffe2b8");
        this.shadows = this.createShadows();
    }

    /** Sky and then ground, each with its shader in a task of its own. */
    async furnishAsync(): Promise<void> {
        const sky = addSky(this.scene, SUNLIGHT.scale(-1));
        await sky.material?.forceCompilationAsync(sky);
        this.invalidate();
        await nextTask();
        this.ground = this.createGround();
        await this.ground.material?.forceCompilationAsync(this.ground);
        this.invalidate();
    }

    /** From the middle of the view to its left or right edge, radians. */
    get halfAngle(): number {
        return Math.atan(Math.tan(this.camera.fov / 2) * this.engine.getAspectRatio(this.camera));
    }

    /** Takes the canvas's size. */
    resize(): void {
        this.engine.resize();
        this.widenView();
        this.invalidate();
    }

    /** On upright screens the view is higher, so that it reaches both sides of the street. */
    private widenView(): void {
        const aspect = this.engine.getAspectRatio(this.camera);
        this.camera.fov = Math.max(VIEW_HEIGHT, 2 * Math.atan(LEAST_VIEW_WIDTH / aspect));
    }

    /** A mesh throws and catches shadows. */
    show(mesh: AbstractMesh, casts = true): void {
        mesh.receiveShadows = true;
        if (casts) this.shadows.addShadowCaster(mesh, false);
        this.arrived();
    }

    hide(mesh: AbstractMesh): void {
        this.shadows.removeShadowCaster(mesh, false);
        this.arrived();
    }

    /** Something came or went that can wait for others to be drawn with. */
    private arrived(): void {
        this.shadowsDue = true;
        if (this.isSoftware) this.frameDueAt = Math.min(this.frameDueAt, this.drawn + SOFTWARE_PAUSE);
        else this.invalidate();
    }

    /** Something changed: the next frames are drawn, with new shadows if things moved. */
    invalidate(frames = 2): void {
        this.framesDue = Math.max(this.framesDue, frames);
    }

    invalidateShadows(): void {
        this.shadowsDue = true;
        this.invalidate();
    }

    /** Ground and shadows come along with the walker. */
    follow(x: number, z: number, yaw: number): void {
        if (this.ground) this.ground.position.z = Math.round(z / TILE) * TILE;
        const middle = new Vector3(0, 0, z + SHADOW_AHEAD * Math.cos(yaw));
        middle.z = Math.round(middle.z / 4) * 4;
        middle.x = Math.round(x / 4) * 4;
        const place = middle.subtract(SUNLIGHT.scale(30));
        if (!place.equalsWithEpsilon(this.sun.position, 1e-3)) {
            this.sun.position.copyFrom(place);
            this.shadowsDue = true;
        }
    }

    /** Draws if anything changed. @returns whether it did */
    draw(): boolean {
        const now = performance.now();
        if (this.framesDue <= 0 && now < this.frameDueAt && this.scene.isReady()) return false;
        // A slow GPU shares the processor; the thread is not to wait for it.
        if (this.isSoftware && this.pace.isBusy) return false;
        this.framesDue--;
        this.frameDueAt = Number.POSITIVE_INFINITY;
        const pause = this.isLively ? 0 : this.isSoftware ? SOFTWARE_PAUSE : PAUSE;
        if (this.shadowsDue && now - this.shadowsDrawn > pause) {
            this.shadowsDue = false;
            this.shadowsDrawn = now;
            this.shadows.getShadowMap()?.resetRefreshCounter();
        }
        timed("render", () => this.scene.render());
        // Babylon gives it out at the frame's end.
        if (this.isSoftware) this.engine.onEndFrameObservable.addOnce(() => this.pace.frameGiven());
        // Measured from the end: a slow frame is not to be followed by another at once.
        this.drawn = performance.now();
        // Shadows that had to wait are drawn in a frame of their own.
        if (this.shadowsDue) this.frameDueAt = this.shadowsDrawn + pause;
        return true;
    }

    private createShadows(): ShadowGenerator {
        const half = SHADOW_SIDE / 2;
        const { sun } = this;
        sun.autoUpdateExtends = false;
        sun.autoCalcShadowZBounds = false;
        [sun.orthoLeft, sun.orthoRight, sun.orthoBottom, sun.orthoTop] = [-half, half, -half, half];
        [sun.shadowMinZ, sun.shadowMaxZ] = [4, 62];
        const shadows = new ShadowGenerator(this.isSoftware ? 1024 : 2048, sun);
        shadows.usePercentageCloserFiltering = true;
        shadows.filteringQuality = this.isSoftware ? ShadowGenerator.QUALITY_LOW : ShadowGenerator.QUALITY_MEDIUM;
        shadows.bias = 0.002;
        shadows.normalBias = 0.035;
        shadows.setDarkness(0.25);
        // With nothing that throws shadows, shaders would be made without them first.
        const nothing = new Mesh("nothing", this.scene);
        nothing.setEnabled(false);
        shadows.addShadowCaster(nothing, false);
        const map = shadows.getShadowMap();
        if (map) map.refreshRate = RenderTargetTexture.REFRESHRATE_RENDER_ONCE;
        return shadows;
    }

    private createGround(): Mesh {
        const ground = CreateGround("street", { width: 7 * TILE, height: GROUND_LENGTH }, this.scene);
        const material = new StandardMaterial("cobbles", this.scene);
        // Of one texel each, so that the shader needs no other one once the stones come.
        this.pave(material, { size: 1, colors: Uint8Array.of(139, 133, 123, 255), normals: FLAT });
        material.specularColor = new Color3(0.09, 0.085, 0.08);
        material.specularPower = 20;
        ground.material = material;
        ground.receiveShadows = true;
        return ground;
    }

    /** Stones on the ground. */
    async paveAsync(): Promise<void> {
        const material = this.ground?.material as StandardMaterial | undefined;
        if (!material) return;
        const tile = await inSlices("cobbles", cobbleTile(this.isSoftware ? 128 : 256));
        if (this.scene.isDisposed) return;
        const { diffuseTexture, bumpTexture } = material;
        this.pave(material, tile);
        diffuseTexture?.dispose();
        bumpTexture?.dispose();
        this.invalidate();
    }

    private pave(material: StandardMaterial, { size, colors, normals }: CobbleTile): void {
        const [diffuse, bump] = [colors, normals].map((bytes) => {
            const texture = new RawTexture(
                bytes,
                size,
                size,
                Constants.TEXTUREFORMAT_RGBA,
                this.scene,
                true,
                false,
                Texture.TRILINEAR_SAMPLINGMODE,
            );
            texture.wrapU = Texture.WRAP_ADDRESSMODE;
            texture.wrapV = Texture.WRAP_ADDRESSMODE;
            texture.anisotropicFilteringLevel = this.isSoftware ? 2 : 8;
            texture.uScale = 7;
            texture.vScale = GROUND_LENGTH / TILE;
            return texture;
        });
        material.diffuseTexture = diffuse;
        material.bumpTexture = bump;
    }
}
