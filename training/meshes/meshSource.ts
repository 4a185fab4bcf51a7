import { textKey } from "../random.js";
import type { SampledShape } from "../samples/store.js";
import type { ShapeSource, TrueShape } from "../shapes.js";
import type { PreparedAsset } from "./prepare.js";
import { SolidDistance } from "./solidDistance.js";
import { AssetStore } from "./store.js";
import { WindingNumber } from "./winding.js";

/** The meshes that a run is trained on and those it is measured with, as its checkpoint keeps them. */
export interface MeshList {
    /** Folder of the `AssetStore`. */
    readonly store: string;
    readonly sampleCount: number;
    readonly assets: readonly ListedAsset[];
}

export interface ListedAsset {
    readonly name: string;
    readonly category: string;
    readonly key: string;
    readonly traits: Readonly<Record<string, number>>;
    /** Never trained on. */
    readonly heldOut: boolean;
}

/** Categories smaller than this keep all for training. */
const SMALLEST_SPLIT = 5;

/**
 * The usable assets, about one in `1 / heldOutShare` of them held out. The choice follows the file's name, so that a mesh
 * held out once stays so however many come and go.
 *
 * @throws if none is usable
 */
export function listAssets(
    assets: readonly PreparedAsset[],
    store: string,
    sampleCount: number,
    heldOutShare: number,
): MeshList {
    const usable = assets.filter(({ verdict }) => verdict === "accepted" || verdict === "repaired");
    if (usable.length === 0) {
        throw new Error(`listAssets: ${assets.length} files, none of them usable; see the report for why`);
    }
    const sizes = new Map<string, number>();
    for (const { category } of usable) sizes.set(category, (sizes.get(category) ?? 0) + 1);
    return {
        store,
        sampleCount,
        assets: usable.map(({ name, category, key, traits }) => ({
            name,
            category,
            key: key as string,
            traits,
            heldOut:
                (sizes.get(category) as number) >= SMALLEST_SPLIT &&
                (textKey(`held out ${name}`) >>> 0) / 2 ** 32 < heldOutShare,
        })),
    };
}

/** Shapes from a folder of meshes: an asset's number is its place in the list. */
export class MeshSource implements ShapeSource {
    readonly categories: readonly string[];
    readonly description: string;
    private readonly store: AssetStore;

    constructor(readonly list: MeshList) {
        this.store = new AssetStore(list.store);
        const trained = list.assets.filter(({ heldOut }) => !heldOut);
        this.categories = [...new Set(trained.map(({ category }) => category))].sort();
        this.description = `${trained.length} meshes of the user's own, ${list.sampleCount} signed distances a mesh`;
    }

    known(category: string): readonly number[] {
        return this.numbers(category, false);
    }

    unseen(category: string, count: number): readonly number[] {
        return this.numbers(category, true).slice(0, count);
    }

    async traits(_: string, number: number): Promise<Readonly<Record<string, number>>> {
        return this.list.assets[number].traits;
    }

    async sampled(category: string, number: number): Promise<SampledShape> {
        const { key, traits } = this.list.assets[number];
        return { family: category, seed: number, traits, samples: this.store.samples(key, this.list.sampleCount) };
    }

    async truth(_: string, number: number): Promise<TrueShape> {
        const { solid, outer } = this.store.meshes(this.list.assets[number].key);
        return { mesh: outer, distance: new SolidDistance(outer, new WindingNumber(solid)) };
    }

    private numbers(category: string, heldOut: boolean): number[] {
        return this.list.assets.flatMap((asset, number) =>
            asset.category === category && asset.heldOut === heldOut ? [number] : [],
        );
    }
}
