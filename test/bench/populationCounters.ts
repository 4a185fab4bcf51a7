import { FusedField } from "../../plugin/field/fused/fusedField.js";
import { BATCH, extractBatchAsync } from "../../plugin/surface/gpu/gpuBatch.js";
import { type GpuSurface, GpuSurfaceMaker } from "../../plugin/surface/gpu/gpuSurface.js";
import { cube } from "../support/fields.js";
import { octahedronPerceptron } from "../support/perceptrons.js";

export interface PopulationCounters {
    /** Dispatches for a prop that is made by itself, and for one of sixteen that are made together. */
    dispatchesPerPropAlone: number | null;
    dispatchesPerPropOfSixteen: number | null;
}

const RESOLUTIONS = [16, 32];
const domain = { bounds: cube, clampDistance: 0.4 };

/** What props of a population ask of a device, the worst over the resolutions; null where there is no device. */
export async function measurePopulation(adapter: GPUAdapter | null): Promise<PopulationCounters> {
    const device = await adapter?.requestDevice();
    if (!device) {
        return { dispatchesPerPropAlone: null, dispatchesPerPropOfSixteen: null };
    }
    const maker = await GpuSurfaceMaker.CreateAsync(device);
    const field = await FusedField.CreateAsync(device, octahedronPerceptron(0.5));
    const latents = Array.from({ length: BATCH }, (_, index) => Float32Array.of(0.02 * index - 0.2, 0));
    let [alone, together] = [0, 0];
    for (const resolution of RESOLUTIONS) {
        const one = await maker.extractAsync(field, latents[0], domain, { resolution });
        const many = await extractBatchAsync(maker, field, latents, domain, { resolution });
        alone = Math.max(alone, one.statistics.dispatches);
        together = Math.max(together, ...many.map(({ statistics }) => statistics.dispatches));
        [one, ...many].forEach(free);
    }
    field.dispose();
    maker.dispose();
    device.destroy();
    return { dispatchesPerPropAlone: alone, dispatchesPerPropOfSixteen: together };
}

function free({ positions, normals, indices }: GpuSurface): void {
    for (const buffer of [positions, normals, indices]) {
        buffer.destroy();
    }
}
