import { barrel } from "./barrel.js";
import { bench } from "./bench.js";
import { bottle } from "./bottle.js";
import { bowl } from "./bowl.js";
import { can } from "./can.js";
import { chair } from "./chair.js";
import { crate } from "./crate.js";
import type { Family } from "./family.js";
import { lamp } from "./lamp.js";
import { mug } from "./mug.js";
import { mushroom } from "./mushroom.js";
import { rock } from "./rock.js";
import { signpost } from "./signpost.js";
import { table } from "./table.js";
import { vase } from "./vase.js";

export type { Family, FamilyShape, PropShape } from "./family.js";
export { HALF_EXTENT, makeShape } from "./family.js";

/** All families, in the order of the decoder's categories. */
export const families: readonly Family[] = [
    chair,
    table,
    barrel,
    vase,
    lamp,
    mushroom,
    crate,
    bottle,
    mug,
    bowl,
    can,
    bench,
    rock,
    signpost,
];

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
