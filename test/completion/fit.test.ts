import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createCodePrior } from "../../plugin/completion/codePrior.js";
import { Extent } from "../../plugin/completion/extent.js";
import { type Candidate, ShapeSearch } from "../../plugin/completion/fit.js";
import { outwardNormals } from "../../plugin/completion/normals.js";
import { toUnitScan } from "../../plugin/completion/scan.js";
import { createCpuFieldAsync } from "../../plugin/field/cpuField.js";
import type { Decoder } from "../../plugin/model/decoder.js";
import { readDecoder } from "../../plugin/model/readDecoder.js";
import { octahedronDecoder } from "../support/decoders.js";
import { octahedronMesh } from "./support/octahedron.js";

const props = readDecoder(readFileSync(join(import.meta.dirname, "../../models/props.onnx")));

/** What rounds of a search for half an octahedron find, until one finds nothing or there were enough. */
async function roundsOf(decoder: Decoder, category: string | undefined, most: number) {
    const field = await createCpuFieldAsync(decoder, { threads: 1 });
    const half = octahedronMesh(0.8, 24, undefined, (x) => x < 0.2);
    const unit = toUnitScan("test", half, 1.8);
    const extent = new Extent(unit.positions, 1.8);
    const prior = createCodePrior("test", decoder.metadata, decoder.latentSize, category);
    const search = await ShapeSearch.CreateAsync(field, decoder.bounds, prior, unit, outwardNormals(unit), {
        starts: { turnCount: 4, up: [0, 1, 0], upAxis: 1, towardsSensor: null, extent },
        noise: 0,
    });
    const rounds: Candidate[][] = [];
    while (rounds.length < most && rounds.at(-1)?.length !== 0) {
        const shares: number[] = [];
        rounds.push(await search.nextRound((share) => shares.push(share)));
        expect(shares).toEqual(shares.toSorted((a, b) => a - b));
        expect(shares.every((share) => share <= 1)).toBe(true);
    }
    field.dispose();
    return rounds;
}

describe("a search for shapes", () => {
    it("takes up other guesses in each round, and gives them best first", async () => {
        const rounds = await roundsOf(props, "vase", 2);
        expect(rounds.map(({ length }) => length)).toEqual([3, 4]);
        const all = rounds.flat();
        expect(new Set(all.map(({ state }) => state.latent.join())).size).toBe(all.length);
        expect(all.every(({ iterations, category }) => iterations <= 15 && category === "vase")).toBe(true);
        for (const round of rounds) {
            const evidence = round.map((candidate) => candidate.evidence);
            expect(evidence).toEqual(evidence.toSorted((a, b) => a - b));
        }
    }, 60_000);

    it("finds nothing any more when nothing waits", async () => {
        const rounds = await roundsOf(octahedronDecoder(), undefined, 40);
        expect(rounds[0].length).toBeGreaterThan(0);
        expect(rounds.length).toBeLessThan(40);
        expect(rounds.at(-1)).toEqual([]);
    }, 60_000);
});
