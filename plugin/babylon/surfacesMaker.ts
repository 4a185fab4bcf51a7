import { typicalLatents } from "../latent/index.js";
import type { Decoder } from "../model/decoder.js";
import { GpuSurfaceMaker } from "../surface/gpu/gpuSurface.js";
import { fieldReachAsync, fieldSlopeAsync } from "../surface/slope.js";
import { createFieldAsync } from "./createField.js";
import type { ShapeModelOptions } from "./shapeOptions.js";
import { ShapeSurfaces } from "./shapeSurfaces.js";

/** Makes a decoder's surfaces on a device; null stands for the CPU. */
export type SurfacesMaker = (device: GPUDevice | null) => Promise<ShapeSurfaces>;

/** Each call makes the decoder ready anew; what is measured of its field is measured once. */
export function surfacesMaker(
    decoder: Decoder,
    { evaluator = "auto", halves, frameBudget }: Pick<ShapeModelOptions, "evaluator" | "halves" | "frameBudget">,
): SurfacesMaker {
    const { bounds, clampDistance } = decoder;
    let measured: { slope: number; reach: number } | null = null;
    return async (device) => {
        const field = await createFieldAsync(decoder, device, evaluator, halves);
        try {
            const maker = device ? await GpuSurfaceMaker.CreateAsync(device) : null;
            const latents = typicalLatents(decoder.metadata);
            measured ??= {
                slope: await fieldSlopeAsync(field, decoder, latents),
                reach: await fieldReachAsync(field, decoder, latents),
            };
            const { slope, reach } = measured;
            return new ShapeSurfaces(field, maker, { bounds, clampDistance, reach }, slope, frameBudget);
        } catch (error) {
            field.dispose();
            throw error;
        }
    };
}
