import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { Engine } from "@babylonjs/core/Engines/engine.js";
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
// Graphs of the examples hold the engine's own blocks.
import "@babylonjs/core/Meshes/Node/index.js";

/** Until the camera's inertia has caught up with a change. */
const SETTLING_FRAMES = 3;

export interface LiveStage {
    readonly scene: Scene;
    /** Sets the scene's meshes side by side where they stand on one another, turns to them and draws. How many. */
    show(): number;
}

/** A scene with a light and a camera to turn, on WebGPU where the browser has it, else on WebGL. */
export async function openStage(canvas: HTMLCanvasElement): Promise<LiveStage> {
    let engine: WebGPUEngine | Engine;
    if (await WebGPUEngine.IsSupportedAsync) {
        engine = new WebGPUEngine(canvas, { antialias: true, adaptToDeviceRatio: true });
        await engine.initAsync();
    } else {
        engine = new Engine(canvas, true, undefined, true);
    }
    const scene = new Scene(engine);
    scene.clearColor = new Color4(0.89, 0.91, 0.94, 1);
    new HemisphericLight("light", new Vector3(0.4, 1, 0.3), scene).groundColor.set(0.35, 0.33, 0.32);
    // Dull clay: gloss hides the shape.
    const clay = new StandardMaterial("clay", scene);
    clay.diffuseColor = new Color3(0.8, 0.56, 0.36);
    clay.specularColor = new Color3(0.05, 0.05, 0.05);
    scene.defaultMaterial = clay;
    const camera = new ArcRotateCamera("camera", 1.05, 1.2, 3, Vector3.Zero(), scene);
    camera.minZ = 0.05;
    camera.attachControl(canvas, true);
    return { scene, show: () => show(scene, camera) };
}

function show(scene: Scene, camera: ArcRotateCamera): number {
    const meshes = scene.meshes.filter((mesh) => mesh.getTotalVertices() > 0);
    const areInOnePlace = meshes.every(({ position }) => position.equals(meshes[0].position));
    if (areInOnePlace) {
        meshes.forEach((mesh, n) => {
            mesh.position.x += 1.6 * (n - (meshes.length - 1) / 2);
        });
    }
    if (meshes.length === 0) {
        scene.getEngine().dispose();
        return 0;
    }
    const { min, max } = scene.getWorldExtends((mesh) => mesh.getTotalVertices() > 0);
    camera.setTarget(min.add(max).scale(0.5));
    camera.radius = 1.3 * Vector3.Distance(min, max);
    drawChanges(scene, camera);
    return meshes.length;
}

/** Draws while the camera moves and no longer, so that many examples can stand on a page. */
function drawChanges(scene: Scene, camera: ArcRotateCamera): void {
    let framesDue = SETTLING_FRAMES;
    const invalidate = () => {
        framesDue = SETTLING_FRAMES;
    };
    camera.onViewMatrixChangedObservable.add(invalidate);
    for (const input of ["pointerdown", "pointermove", "wheel", "keydown"]) {
        scene.getEngine().getRenderingCanvas()?.addEventListener(input, invalidate, { passive: true });
    }
    scene.getEngine().runRenderLoop(() => {
        if (framesDue > 0 || !scene.isReady()) {
            framesDue--;
            scene.render();
        }
    });
}
