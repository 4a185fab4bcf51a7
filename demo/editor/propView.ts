import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { decodeLatent, type ShapeModel } from "babylon-deepsdf";
import type { Stage } from "../stage.js";
import { hullOf } from "./hull.js";
import type { Materials } from "./materials/index.js";
import { simplified } from "./simplified.js";
import type { EditorState } from "./state.js";

/** Milliseconds without a change after which the prop is shown as fine as asked for. */
const REST = 220;

/** The prop on stage: coarse while its code moves, fine at rest, with its level of detail and its hull. */
export class PropView {
    private readonly copy: Mesh;
    private readonly hull: Mesh;
    private rest: ReturnType<typeof setTimeout> | null = null;
    private work = new AbortController();
    private shown = "";
    /** Whether the mesh is coarser than asked for. */
    private isDraft = false;

    static async CreateAsync(
        shapes: ShapeModel,
        stage: Stage,
        materials: Materials,
        state: EditorState,
        fail: (error: Error) => void,
    ): Promise<PropView> {
        const mesh = await shapes.createMeshAsync("prop", {
            latent: decodeLatent(state.code),
            resolution: state.resolution,
        });
        return new PropView(shapes, stage, materials, mesh, state, fail);
    }

    private constructor(
        private readonly shapes: ShapeModel,
        private readonly stage: Stage,
        private readonly materials: Materials,
        readonly mesh: Mesh,
        state: EditorState,
        private readonly fail: (error: Error) => void,
    ) {
        this.copy = new Mesh("prop within its triangle budget", stage.scene);
        this.hull = new Mesh("convex hull", stage.scene);
        const hullMaterial = materials.get("clay").clone("hull");
        hullMaterial.wireframe = true;
        hullMaterial.disableLighting = true;
        hullMaterial.emissiveColor.set(0.35, 0.8, 1);
        this.hull.material = hullMaterial;
        for (const shadowed of [mesh, this.copy]) stage.show(shadowed);
        this.shown = shapeOf(state);
        this.setLook(state);
        void this.settle(state);
    }

    /** Follows the state; what is fine or needs a copy on the CPU comes when it rests. */
    show(state: EditorState): void {
        this.setLook(state);
        this.work.abort();
        this.work = new AbortController();
        if (this.rest) clearTimeout(this.rest);
        const next = shapeOf(state);
        if (next !== this.shown) {
            this.shown = next;
            this.copy.setEnabled(false);
            this.hull.setEnabled(false);
            this.mesh.setEnabled(true);
            const draft = Math.min(this.shapes.backend === "webgpu" ? 64 : 32, state.resolution);
            this.isDraft = draft < state.resolution;
            this.update(state, draft);
        }
        this.rest = setTimeout(() => {
            if (this.isDraft) this.update(state, state.resolution);
            this.isDraft = false;
            void this.settle(state);
        }, REST);
    }

    private update({ code }: EditorState, resolution: number): void {
        this.shapes.updateMesh(this.mesh, { latent: decodeLatent(code), resolution });
        this.stage.invalidate();
    }

    private setLook({ material, wireframe }: EditorState): void {
        const look = this.materials.get(material);
        look.wireframe = wireframe;
        this.mesh.material = look;
        this.copy.material = look;
        this.stage.invalidate();
    }

    /** The copies that need the surface on the CPU. */
    private async settle(state: EditorState): Promise<void> {
        const { signal } = this.work;
        const { triangleBudget, hull, code, resolution } = state;
        this.copy.setEnabled(false);
        this.hull.setEnabled(false);
        this.mesh.setEnabled(true);
        this.stage.invalidate();
        if (triangleBudget === 0 && !hull) return;
        try {
            const data = await this.shapes.createVertexDataAsync({ latent: decodeLatent(code), resolution, signal });
            const fewer = triangleBudget > 0 ? await simplified(data, triangleBudget) : null;
            signal.throwIfAborted();
            if (fewer) {
                fewer.applyToMesh(this.copy);
                this.copy.setEnabled(true);
                this.mesh.setEnabled(false);
            }
            if (hull) {
                (hullOf(data) ?? new VertexData()).applyToMesh(this.hull);
                this.hull.setEnabled(true);
            }
            this.stage.invalidate();
        } catch (error) {
            if (!signal.aborted) this.fail(error as Error);
        }
    }

    dispose(): void {
        this.work.abort();
        if (this.rest) clearTimeout(this.rest);
        for (const mesh of [this.mesh, this.copy, this.hull]) mesh.dispose();
    }
}

/** What of a state decides the surface. */
function shapeOf({ code, resolution }: EditorState): string {
    return `${code} ${resolution}`;
}
