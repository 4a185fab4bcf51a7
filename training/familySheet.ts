import { familiesNamed, families as knownFamilies, makeShape } from "./families/index.js";
import { wallThicknesses } from "./families/thickness.js";
import { readOptions, runCommand, userPath, whole } from "./options.js";
import { Random } from "./random.js";
import { writeContactSheet } from "./sheet.js";

const HELP = `Draws shapes of the prop families, a row each, and says how thick their walls are.

  --families a,b   families to draw (all)     --shapes N   shapes of each (12)
  --first S        seed of the first (0)      --size P     pixels of a tile's side (160)
  --out FILE       the picture (families.png)`;

const DEFAULTS = {
    families: knownFamilies.map(({ name }) => name).join(","),
    shapes: "12",
    first: "0",
    size: "160",
    out: "families.png",
};

async function main(): Promise<void> {
    const options = readOptions(DEFAULTS, []);
    if (options.help) {
        console.log(HELP);
        return;
    }
    const count = whole("shapes", options.shapes, 1, 1000);
    const first = whole("first", options.first, 0, 2 ** 31);
    const rows = [];
    for (const family of familiesNamed(options.families.split(","))) {
        const row = [];
        for (let seed = first; seed < first + count; seed++) row.push(await makeShape(family, seed));
        rows.push(row);
        const walls = row.map((shape) => wallThicknesses(shape, 2000, new Random(shape.seed)));
        const thin = walls.map((values) => values.filter((value) => value < 0.055).length / 2000);
        const worst = thin.indexOf(Math.max(...thin));
        const low = walls.map((values) => values[Math.floor(0.01 * values.length)]);
        const thinnest = low.indexOf(Math.min(...low));
        console.log(
            `${family.name}: thinnest walls ${low[thinnest].toFixed(3)} (1st percentile, seed ${first + thinnest}); ${(100 * thin[worst]).toFixed(1)} % of the surface under 0.055 at most (seed ${first + worst})`,
        );
    }
    writeContactSheet(userPath(options.out), rows, whole("size", options.size, 16, 2048));
}

runCommand("families", main);
