import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import type { Materials } from "./materials/materials.js";
import type { MarketPhysics } from "./physics.js";
import type { MarketStage } from "./stage.js";
import { type Collider, type Town, townInParts } from "./town.js";
import { segmentsAround } from "./wanted.js";
import { timed } from "./work.js";

/** Milliseconds in a frame for building. */
const BUDGET = 4;

interface Stretch {
    readonly mesh: Mesh;
    readonly colliders: readonly Collider[];
    /** Whether things bump into it. */
    isSolid: boolean;
}

/** Houses and stalls around the walker, a few parts a frame. */
export class Street {
    private readonly stretches = new Map<number, Stretch>();
    private building: { segment: number; parts: Generator<void, Town> } | null = null;
    private physics: MarketPhysics | null = null;

    constructor(
        private readonly stage: MarketStage,
        private readonly materials: Materials,
        private readonly seed: number,
    ) {}

    /** A frame's share of the work. @returns whether all stretches stand */
    update(z: number): boolean {
        this.solidifyNext();
        const segments = segmentsAround(z);
        for (const segment of this.stretches.keys()) {
            if (!segments.includes(segment)) this.remove(segment);
        }
        const missing = segments
            .filter((segment) => !this.stretches.has(segment))
            .sort((a, b) => Math.abs(10 * a + 5 - z) - Math.abs(10 * b + 5 - z));
        if (missing.length === 0) return true;
        this.build(missing[0]);
        return false;
    }

    /** From now on things bump into counters and walls, a stretch more each frame. */
    setPhysics(physics: MarketPhysics): void {
        this.physics = physics;
    }

    dispose(): void {
        for (const segment of [...this.stretches.keys()]) this.remove(segment);
    }

    private build(segment: number): void {
        if (this.building?.segment !== segment) this.building = { segment, parts: townInParts(segment, this.seed) };
        const { parts } = this.building;
        const town = timed("street", () => {
            const start = performance.now();
            let part = parts.next();
            while (!part.done && performance.now() - start < BUDGET) part = parts.next();
            return part.done ? part.value : null;
        });
        if (town) {
            this.building = null;
            timed("put up street", () => this.add(segment, town));
        }
    }

    private add(segment: number, { blocks, colliders }: Town): void {
        const mesh = new Mesh(`street ${segment}`, this.stage.scene);
        Object.assign(new VertexData(), blocks).applyToMesh(mesh);
        mesh.material = this.materials.town();
        mesh.isPickable = false;
        mesh.freezeWorldMatrix();
        this.stage.show(mesh);
        this.stretches.set(segment, { mesh, colliders, isSolid: false });
    }

    private solidifyNext(): void {
        const next = [...this.stretches].find(([, { isSolid }]) => !isSolid);
        if (!this.physics || !next) return;
        const [segment, stretch] = next;
        this.physics.addFixed(segment, stretch.colliders);
        stretch.isSolid = true;
    }

    private remove(segment: number): void {
        const stretch = this.stretches.get(segment);
        if (!stretch) return;
        this.stage.hide(stretch.mesh);
        stretch.mesh.dispose();
        this.physics?.removeFixed(segment);
        this.stretches.delete(segment);
    }
}
