/** Writes the golden codes anew: `npx tsx test/latent/makeGolden.ts`. Only after a deliberate change of the generator. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleLatent, sampleLatentAround } from "../../plugin/latent/index.js";
import { hexOf, testMetadata } from "../support/prior.js";

const metadata = testMetadata();
const cases = [
    { seed: 0, category: null, temperature: 1 },
    { seed: 7, category: "chair", temperature: 0.8 },
    { seed: 7, category: "lamp", temperature: 0.8 },
    { seed: -3.25, category: "lamp", temperature: 2 },
    { seed: 123456789012, category: "chair", temperature: 0 },
];
const samples = cases.map(({ category, ...rest }) => ({
    ...rest,
    category,
    bits: hexOf(sampleLatent(metadata, { ...rest, category: category ?? undefined })),
}));
let hashOfThousandSeeds = 0;
for (let seed = 0; seed < 1000; seed++) {
    for (const word of new Uint32Array(sampleLatentAround(16, 0.3, { seed }).buffer)) {
        hashOfThousandSeeds = Math.imul(hashOfThousandSeeds ^ word, 0x01000193) >>> 0;
    }
}
const path = join(import.meta.dirname, "../fixtures/latent/golden.json");
writeFileSync(path, `${JSON.stringify({ samples, hashOfThousandSeeds }, null, 4)}\n`);
