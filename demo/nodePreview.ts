import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { Scene } from "@babylonjs/core/scene.js";
import { createEngine } from "./shared/engine.js";

const BACKGROUND = "#2b3038";

/** What there is to see of a graph until the editor is there, which takes far longer to load. */
export class NodePreview {
    static async OpenAsync(host: HTMLElement): Promise<NodePreview> {
        const canvas = document.createElement("canvas");
        canvas.className = "preview";
        canvas.setAttribute("aria-label", "What the graph makes");
        canvas.setAttribute("role", "img");
        host.append(canvas);
        try {
            // Starts sooner than WebGPU, and little is drawn.
            return new NodePreview(canvas, await createEngine(canvas, "webgl"));
        } catch (error) {
            canvas.remove();
            throw error;
        }
    }

    private readonly scene: Scene;
    private readonly camera: ArcRotateCamera;
    private shown: Mesh | null = null;

    private constructor(
        private readonly canvas: HTMLCanvasElement,
        private readonly engine: AbstractEngine,
    ) {
        this.scene = new Scene(engine);
        this.scene.clearColor = Color4.FromColor3(Color3.FromHexString(BACKGROUND));
        this.camera = new ArcRotateCamera("camera", 1.05, 1.15, 3, Vector3.Zero(), this.scene);
        const light = new HemisphericLight("light", new Vector3(0.4, 1, 0.6), this.scene);
        light.groundColor = new Color3(0.25, 0.27, 0.32);
        window.addEventListener("resize", this.resize);
    }

    /** Draws a mesh, in place of the one before, as large as there is room for. */
    async showAsync(data: VertexData): Promise<void> {
        const mesh = new Mesh("preview", this.scene);
        data.applyToMesh(mesh);
        const material = new StandardMaterial("preview", this.scene);
        material.diffuseColor = new Color3(0.85, 0.76, 0.62);
        material.specularColor = new Color3(0.08, 0.08, 0.08);
        material.backFaceCulling = false;
        mesh.material = material;
        const { centerWorld, radiusWorld } = mesh.getBoundingInfo().boundingSphere;
        this.camera.target = centerWorld;
        this.camera.radius = (1.02 * radiusWorld) / Math.sin(this.camera.fov / 2);
        this.camera.minZ = 0.01 * radiusWorld;
        this.camera.maxZ = 10 * radiusWorld;
        await this.scene.whenReadyAsync();
        this.shown?.dispose(false, true);
        this.shown = mesh;
        this.draw();
    }

    private readonly resize = () => {
        this.engine.resize();
        this.draw();
    };

    private draw(): void {
        this.scene.render();
    }

    dispose(): void {
        window.removeEventListener("resize", this.resize);
        this.scene.dispose();
        this.engine.dispose();
        this.canvas.remove();
    }
}
