import { barrel } from "./barrel.js";
import { chair } from "./chair.js";
import type { Family } from "./family.js";
import { lamp } from "./lamp.js";
import { mushroom } from "./mushroom.js";
import { table } from "./table.js";
import { vase } from "./vase.js";

export type { Family, FamilyShape, PropShape } from "./family.js";
export { HALF_EXTENT, makeShape } from "./family.js";

/** All families, in the order of the decoder's categories. */
export const families: readonly Family[] = [chair, table, barrel, vase, lamp, mushroom];

/**
 * The families of the given names, in the order given.
 *
 * @throws if a name is unknown
 */
export function familiesNamed(names: readonly string[]): Family[] {
    return names.map((name) => {
        const family = families.find((candidate) => candidate.name === name);
        if (family) return family;
        const known = families.map((candidate) => candidate.name).join(", ");
        throw new Error(`familiesNamed: "${name}"; expected one of ${known}; add a family in training/families`);
    });
}
