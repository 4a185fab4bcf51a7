import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { traitsOf } from "./families.js";
import type { Slot } from "./layout.js";
import type { Materials } from "./materials/materials.js";
import type { MarketPhysics } from "./physics.js";
import { placeBox } from "./placement.js";
import type { MarketStage } from "./stage.js";
import type { Shelf } from "./stream.js";

/** Milliseconds in which a prop grows to its size. */
const GROWTH = 260;

/** Puts props where they belong, with their material, shadow and weight. */
export class MarketShelf implements Shelf {
    /** Set once the physics engine has come. */
    physics: MarketPhysics | null = null;
    private readonly growing = new Map<Mesh, { since: number; scale: number }>();
    private readonly standing = new Map<Mesh, Slot>();
    private readonly byId = new Map<string, Mesh>();

    constructor(
        private readonly stage: MarketStage,
        private readonly materials: Materials,
        private readonly grows: boolean,
        readonly fail: (error: Error) => void,
    ) {}

    put(mesh: Mesh, slot: Slot): void {
        const { minimum, maximum } = mesh.getBoundingInfo();
        const { sink = 0 } = traitsOf(slot.family);
        const y = slot.y + this.topOf(slot.on);
        const placement = placeBox(minimum.asArray() as Corner, maximum.asArray() as Corner, { ...slot, y }, sink);
        mesh.position.set(placement.x, placement.y, placement.z);
        mesh.rotation.y = slot.yaw;
        mesh.scaling.setAll(placement.scale);
        mesh.material = this.materials.of(slot.family, slot.tint);
        mesh.setEnabled(true);
        this.stage.show(mesh);
        this.standing.set(mesh, slot);
        this.byId.set(slot.id, mesh);
        if (this.grows) this.growing.set(mesh, { since: performance.now(), scale: placement.scale });
    }

    take(mesh: Mesh, slot: Slot): void {
        if (this.byId.get(slot.id) === mesh) this.byId.delete(slot.id);
        this.stage.hide(mesh);
        this.growing.delete(mesh);
        this.standing.delete(mesh);
        this.physics?.removeProp(mesh);
    }

    /** Height of a prop's top as it was put up; 0 for the street. */
    private topOf(id: string | undefined): number {
        const mesh = id === undefined ? undefined : this.byId.get(id);
        const slot = mesh && this.standing.get(mesh);
        if (!mesh || !slot) return 0;
        const { minimum, maximum } = mesh.getBoundingInfo();
        const sides = maximum.subtract(minimum);
        return slot.y + (slot.size * sides.y) / Math.max(sides.x, sides.y, sides.z);
    }

    /** Props that came lately grow. */
    grow(): void {
        const now = performance.now();
        for (const [mesh, { since, scale }] of this.growing) {
            const t = Math.min(1, (now - since) / GROWTH);
            mesh.scaling.setAll(scale * (0.2 + 0.8 * (1 - (1 - t) ** 3)));
            if (t === 1) this.growing.delete(mesh);
            this.stage.invalidateShadows();
        }
    }

    /** Props that stand without weight get it, as many as fit into some milliseconds. */
    weigh(budget: number): void {
        if (!this.physics) return;
        const start = performance.now();
        for (const [mesh, slot] of this.standing) {
            if (mesh.physicsBody || this.growing.has(mesh)) continue;
            this.physics.addProp(mesh, traitsOf(slot.family).density);
            if (performance.now() - start > budget) return;
        }
    }
}

/** Corner of a box. */
type Corner = [number, number, number];
