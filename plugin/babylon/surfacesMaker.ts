import { sampleLatent, typicalLatents } from "../latent/index.js";
import type { Decoder, DecoderMetadata } from "../model/decoder.js";
import { GpuSurfaceMaker } from "../surface/gpu/gpuSurface.js";
import { type FieldMotion, fieldMotionAsync } from "../surface/motion.js";
import { fieldReachAsync, fieldSlopeAsync } from "../surface/slope.js";
import { createFieldAsync } from "./createField.js";
import type { ShapeModelOptions } from "./shapeOptions.js";
import { ShapeSurfaces } from "./shapeSurfaces.js";

/** Codes by which motion is measured. */
const MOTION_CODES = 32;

/** Makes a decoder's surfaces on a device; null stands for the CPU. */
export type SurfacesMaker = (device: GPUDevice | null) => Promise<ShapeSurfaces>;

/** Each call makes the decoder ready anew; what is measured of its field is measured once. */
export function surfacesMaker(
    decoder: Decoder,
    { evaluator = "auto", halves, frameBudget }: Pick<ShapeModelOptions, "evaluator" | "halves" | "frameBudget">,
): SurfacesMaker {
    const { bounds, clampDistance } = decoder;
    let measured: { slope: number; reach: number } | null = null;
    let motion: FieldMotion | null = null;
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
            const domain = { bounds, clampDistance, reach };
            const measureMotion = async () => {
                motion ??= await fieldMotionAsync(field, decoder, priorSamples(decoder));
                return motion;
            };
            return new ShapeSurfaces(field, maker, domain, slope, measureMotion, frameBudget);
        } catch (error) {
            field.dispose();
            throw error;
        }
    };
}

/** Codes as they are drawn; none where the file holds no prior. */
function priorSamples({ metadata }: Decoder): Float32Array[] {
    const count = metadata && metadata.prior.length > 0 ? MOTION_CODES : 0;
    return Array.from({ length: count }, (_, seed) => sampleLatent(metadata as DecoderMetadata, { seed }));
}
