import type { DecoderMetadata } from "../model/decoder.js";

/** The means of a decoder's categories: codes to measure it at. None for decoders without a prior. */
export function typicalLatents(metadata: Pick<DecoderMetadata, "prior"> | null): Float32Array[] {
    return (metadata?.prior ?? []).slice(0, 8).map(({ mean }) => mean);
}
