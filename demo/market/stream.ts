import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { ShapeModel } from "babylon-deepsdf";
import type { Slot } from "./layout.js";
import { resolutionFor } from "./resolution.js";
import { timed } from "./work.js";

export interface StreamOptions {
    /** Props that may stand at one time. */
    readonly limit: number;
    /** Cells along the longest side of the largest props. */
    readonly resolution: number;
    /** Milliseconds in a frame for putting up props that have arrived. */
    readonly frameBudget: number;
    /** Props that are made at one time. */
    readonly concurrency: number;
    readonly temperature: number;
    /** Whether the next prop is begun as soon as one is made, not with the next frame: where frames share no GPU with it. */
    readonly startsBetweenFrames: boolean;
}

/** Where props go once they are made. */
export interface Shelf {
    put(mesh: Mesh, slot: Slot): void;
    take(mesh: Mesh, slot: Slot): void;
    fail(error: Error): void;
}

/** Props that wait to be put up, above which no more are begun. */
const MOST_WAITING = 8;
/** Failures in a row after which no more is tried. */
const PATIENCE = 3;

/** Makes the props that are wanted, most urgent first, and puts them up a few in a frame. */
export class PropStream {
    private wanted: readonly Slot[] = [];
    private wantedIds = new Set<string>();
    private readonly standing = new Map<string, { mesh: Mesh; slot: Slot }>();
    private readonly coming = new Map<string, AbortController>();
    private arrived: { mesh: Mesh; slot: Slot }[] = [];
    /** Out of sight, still to be taken away. */
    private leaving: { mesh: Mesh; slot: Slot }[] = [];
    private failures = 0;
    /** Props made so far, and the bytes of their vertices and triangles. */
    readonly made = { count: 0, bytes: 0 };

    constructor(
        private readonly shapes: ShapeModel,
        private readonly shelf: Shelf,
        readonly options: StreamOptions,
    ) {}

    get standingCount(): number {
        return this.standing.size;
    }

    get wantedCount(): number {
        return this.wanted.length;
    }

    /** Whether nothing is left to do. */
    get isSettled(): boolean {
        return this.coming.size === 0 && this.arrived.length === 0 && this.standing.size === this.wanted.length;
    }

    /** From now on these are wanted, the most urgent first; others are taken away. */
    want(slots: readonly Slot[]): void {
        this.wanted = slots;
        this.wantedIds = new Set(slots.map(({ id }) => id));
        for (const item of this.leaving.filter(({ slot }) => this.wantedIds.has(slot.id))) {
            item.mesh.setEnabled(true);
            this.standing.set(item.slot.id, item);
        }
        this.leaving = this.leaving.filter(({ slot }) => !this.wantedIds.has(slot.id));
        for (const [id, item] of this.standing) {
            if (this.wantedIds.has(id)) continue;
            this.standing.delete(id);
            item.mesh.setEnabled(false);
            this.leaving.push(item);
        }
        for (const [id, work] of this.coming) {
            if (!this.wantedIds.has(id)) work.abort();
        }
    }

    /** A frame's share of the work. @returns how many props were put up */
    update(): number {
        const start = performance.now();
        const hasTime = () => performance.now() - start < this.options.frameBudget;
        while (this.leaving.length > 0 && hasTime()) this.takeAway(this.leaving.shift()!);
        let count = 0;
        while (this.arrived.length > 0 && (count === 0 || hasTime())) {
            const { mesh, slot } = this.arrived.shift()!;
            if (!this.wantedIds.has(slot.id) || this.standing.has(slot.id)) {
                mesh.dispose();
                continue;
            }
            timed("put up", () => this.shelf.put(mesh, slot));
            this.standing.set(slot.id, { mesh, slot });
            count++;
        }
        this.startNext();
        return count;
    }

    private takeAway({ mesh, slot }: { mesh: Mesh; slot: Slot }): void {
        this.shelf.take(mesh, slot);
        mesh.dispose();
    }

    private startNext(): void {
        if (this.failures >= PATIENCE || this.arrived.length >= MOST_WAITING) return;
        for (const slot of this.wanted) {
            if (this.coming.size >= this.options.concurrency) return;
            if (slot.on !== undefined && !this.standing.has(slot.on)) continue;
            const isUnderWay =
                this.standing.has(slot.id) ||
                this.coming.has(slot.id) ||
                this.arrived.some((item) => item.slot.id === slot.id);
            if (!isUnderWay) void this.make(slot);
        }
    }

    private async make(slot: Slot): Promise<void> {
        const work = new AbortController();
        this.coming.set(slot.id, work);
        try {
            const { seed, family, id, size } = slot;
            const latent = this.shapes.sampleLatent({ seed, category: family, temperature: this.options.temperature });
            const mesh = await this.shapes.createMeshAsync(id, {
                latent,
                resolution: resolutionFor(size, this.options.resolution),
                // Physics and the count of bytes read the vertices.
                keepData: true,
                signal: work.signal,
            });
            mesh.setEnabled(false);
            this.made.count++;
            this.made.bytes += 24 * mesh.getTotalVertices() + 4 * mesh.getTotalIndices();
            this.arrived.push({ mesh, slot });
            this.failures = 0;
        } catch (error) {
            if (!work.signal.aborted && ++this.failures === PATIENCE) this.shelf.fail(error as Error);
        } finally {
            this.coming.delete(slot.id);
            if (this.options.startsBetweenFrames) this.startNext();
        }
    }
}
