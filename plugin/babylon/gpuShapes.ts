import type { Geometry } from "@babylonjs/core/Meshes/geometry.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Scene } from "@babylonjs/core/scene.js";
import type { Bounds } from "../model/decoder.js";
import type { GpuSurface } from "../surface/gpu/gpuSurface.js";
import { clearGpuGeometry, isOnGpuAlone, setGpuGeometry } from "./gpuGeometry.js";
import type { ShapeSurfaces, SurfaceDetail } from "./shapeSurfaces.js";

/** What a geometry shows. */
interface Recipe extends SurfaceDetail {
    readonly latent: Float32Array;
}

/** Geometries that are decoded together, so that the first are seen before the last are made. */
const BATCH = 16;

/** What lives on the GPU alone, with what it shows: after a lost device it is decoded again. */
export class GpuShapes {
    private readonly recipes = new WeakMap<Geometry, Recipe>();

    constructor(
        private readonly scene: Scene,
        private readonly bounds: Bounds,
    ) {}

    /** Gives a mesh a surface, which belongs to it from now on. */
    show(mesh: Mesh, surface: GpuSurface, recipe: Recipe): void {
        // A mesh without vertices is none to Babylon; an empty shape is one triangle without area.
        const [vertices, triangles] = [surface.vertexCount, surface.triangleCount].map((count) => Math.max(1, count));
        setGpuGeometry(mesh, surface, vertices, triangles, this.bounds);
        this.note(mesh, { ...recipe, latent: recipe.latent.slice() });
    }

    /** What a mesh is going to show, or shows. */
    note(mesh: Mesh, recipe: Recipe): void {
        if (mesh.geometry) {
            this.recipes.set(mesh.geometry, recipe);
        }
    }

    get isEmpty(): boolean {
        return !this.scene.geometries.some((geometry) => this.isOurs(geometry as Geometry));
    }

    /** After the engine made its buffers anew: of ours it knows only the size, so until they are decoded nothing is drawn. */
    clear(): void {
        for (const geometry of this.geometries()) {
            clearGpuGeometry(geometry);
        }
    }

    /**
     * Decodes all again.
     *
     * @param isPresent false when the surfaces' device is gone as well
     * @param isLive whether a mesh comes back by itself
     */
    async restoreAsync(
        surfaces: ShapeSurfaces,
        isPresent: () => boolean,
        isLive: (mesh: Mesh) => boolean,
    ): Promise<void> {
        const { signal } = new AbortController();
        const byDetail = new Map<string, { geometry: Geometry; recipe: Recipe }[]>();
        const live = new Set((this.scene.meshes as Mesh[]).filter(isLive).map(({ geometry }) => geometry));
        for (const geometry of this.geometries().filter((one) => !live.has(one))) {
            const recipe = this.recipes.get(geometry) as Recipe;
            const detail = `${recipe.resolution} ${recipe.exact === true}`;
            const group = byDetail.get(detail) ?? [];
            byDetail.set(detail, group);
            group.push({ geometry, recipe });
        }
        for (const group of byDetail.values()) {
            for (let start = 0; start < group.length && isPresent(); start += BATCH) {
                const batch = group.slice(start, start + BATCH);
                const latents = batch.map(({ recipe }) => recipe.latent);
                const made = await surfaces.extractManyOnGpuAsync(latents, batch[0].recipe, signal);
                for (const [index, surface] of made.entries()) {
                    this.replace(batch[index].geometry, batch[index].recipe, surface, isPresent());
                }
            }
        }
    }

    private replace(geometry: Geometry, recipe: Recipe, surface: GpuSurface, isPresent: boolean): void {
        const mesh = this.scene.meshes.find((one) => (one as Mesh).geometry === geometry) as Mesh | undefined;
        // Meanwhile it may be gone, or show something newer.
        if (mesh && isPresent && this.recipes.get(geometry) === recipe) {
            this.show(mesh, surface, recipe);
        } else {
            for (const buffer of [surface.positions, surface.normals, surface.indices]) {
                buffer.destroy();
            }
        }
    }

    /** Those that are still ours: a mesh that was given other data is its user's. */
    private geometries(): Geometry[] {
        return (this.scene.geometries as Geometry[]).filter((geometry) => this.isOurs(geometry));
    }

    private isOurs(geometry: Geometry): boolean {
        return this.recipes.has(geometry) && isOnGpuAlone(geometry);
    }
}
