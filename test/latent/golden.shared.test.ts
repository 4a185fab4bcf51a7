import { describe, expect, it } from "vitest";
import { sampleLatent, sampleLatentAround } from "../../plugin/latent/index.js";
import golden from "../fixtures/latent/golden.json";
import { hexOf, testMetadata } from "../support/prior.js";

describe("codes have the same bits on every engine", () => {
    const metadata = testMetadata();
    it.each(golden.samples)(
        "seed $seed, $category, temperature $temperature",
        ({ seed, category, temperature, bits }) => {
            const latent = sampleLatent(metadata, { seed, category: category ?? undefined, temperature });
            expect(hexOf(latent)).toEqual(bits);
        },
    );

    it("a thousand seeds, without a prior", () => {
        let hash = 0;
        for (let seed = 0; seed < 1000; seed++) {
            for (const word of new Uint32Array(sampleLatentAround(16, 0.3, { seed }).buffer)) {
                hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
            }
        }
        expect(hash).toBe(golden.hashOfThousandSeeds);
    });
});
