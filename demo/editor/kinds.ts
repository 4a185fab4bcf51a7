/**
 * Kinds: the components of a family's prior, such as chairs on a pedestal and chairs on four legs. Between two of them
 * shapes break, and families are further apart still.
 */
import { type DecoderMetadata, type PriorComponent, typicality } from "babylon-deepsdf";

/** The kinds of a family; all there are where it is empty. */
export function kindsOf(metadata: DecoderMetadata, family: string): readonly PriorComponent[] {
    return metadata.prior.filter(({ category }) => !family || category === family);
}

/** The kind of a family that a code is nearest to. */
export function kindOf(metadata: DecoderMetadata, latent: Float32Array, family: string): PriorComponent {
    const kinds = kindsOf(metadata, family);
    const closeness = kinds.map((kind) => typicality(latent, onlyKind(metadata, kind)));
    return kinds[closeness.indexOf(Math.max(...closeness))];
}

/** A decoder's metadata as if it knew one kind of shapes. */
export function onlyKind(metadata: DecoderMetadata, kind: PriorComponent): DecoderMetadata {
    return { ...metadata, prior: [kind] };
}

/** The code, or the nearest on its way to the mean of its kind that is at least so typical. */
export function drawnToKind(
    metadata: DecoderMetadata,
    latent: Float32Array,
    kind: PriorComponent,
    leastTypicality: number,
): Float32Array {
    const own = typicality(latent, onlyKind(metadata, kind));
    if (own >= leastTypicality) return latent;
    // Typicality is exp(-d²) of the way from the mean but for a factor, and never quite 0 here.
    const part = Math.sqrt(Math.log(leastTypicality) / Math.log(Math.max(own, Number.MIN_VALUE)));
    return latent.map((value, i) => kind.mean[i] + part * (value - kind.mean[i]));
}
