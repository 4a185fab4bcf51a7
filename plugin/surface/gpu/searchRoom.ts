import type { FieldDomain } from "../cpu/extractSurface.js";
import { cornerCounts } from "../cpu/refine.js";
import { createGrid, DEFAULT_SLOPE, refinementLevels } from "../grid.js";
import type { SurfaceOptions } from "../mesh.js";
import type { SurfaceCounts } from "./summary.js";
import { followedCapacity, listCapacity, type SurfacePlan, type TargetCapacity } from "./surfaceLists.js";

/** Room for what a prop takes; a shape that takes more is counted and tried again. */
export function defaultCapacity(resolution: number): TargetCapacity {
    const vertexCapacity = Math.max(2 ** 12, 5 * resolution ** 2);
    return { vertexCapacity, triangleCapacity: 2 * vertexCapacity };
}

/** Entries of 12 bytes with a quarter to spare, as far as a buffer goes, lest a growing shape soon ask again. */
export function roomyCount(needed: number, mostBytes: number): number {
    return Math.max(needed, Math.min(Math.ceil(1.25 * needed), Math.floor(mostBytes / 12)));
}

/** How wide a search looks and how much its lists hold; both grow by what searches come to. */
export class SearchRoom {
    private slope: number;
    private corners = 0;

    /** @param slope bound on the length of the field's gradient */
    constructor(slope: number = DEFAULT_SLOPE) {
        this.slope = Math.max(1, slope);
    }

    /** @throws if the resolution is out of range */
    plan<Target extends TargetCapacity>(
        domain: FieldDomain,
        options: SurfaceOptions,
        target: Target,
        codeCount = 1,
    ): SurfacePlan<Target> {
        const { resolution = 64, exact = false, winding = "counterClockwise", normals = "field" } = options;
        const sparse = (options.sparse ?? true) && !exact;
        const grid = createGrid(domain.bounds, resolution);
        const levels = sparse ? refinementLevels(grid, domain.reach ?? domain.clampDistance, this.slope) : [];
        const size = cornerCounts(grid);
        const all = size[0] * size[1] * size[2];
        const cornerCapacity = levels.length === 0 ? all : Math.min(all, Math.max(listCapacity(size), this.corners));
        const lists = { cornerCapacity, followedCapacity: followedCapacity(cornerCapacity) };
        return { codeCount, grid, levels, winding, normals, ...lists, target };
    }

    /**
     * Makes room for a search whose lists ran full or that left a hole.
     *
     * @param mostBytes of a buffer; room to spare ends there
     * @returns whether it has to be repeated
     */
    grow(plan: SurfacePlan<TargetCapacity>, counts: SurfaceCounts, mostBytes: number): boolean {
        const { levels } = plan;
        if (levels.length === 0) {
            return false;
        }
        if (counts.levels.some((count, i) => i > 0 && count > listCapacity(levels[i].cells))) {
            // So little is pruned that the corners may as well all be evaluated.
            this.slope = Number.POSITIVE_INFINITY;
        } else if (counts.corners > plan.cornerCapacity) {
            this.corners = roomyCount(counts.corners, mostBytes);
        } else if (counts.openEdges > 0 || counts.followed > plan.followedCapacity) {
            this.slope *= 2;
        } else {
            return false;
        }
        return true;
    }
}
