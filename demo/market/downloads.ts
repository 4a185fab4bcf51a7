/** What was fetched so far, bytes as they came over the line, or as they are where the browser does not say. */
export interface Downloads {
    readonly decoder: number;
    /** The page, its code and its engines. */
    readonly code: number;
}

/** @param decoderAddress as it was loaded */
export function countDownloads(decoderAddress: string): Downloads {
    const decoderUrl = new URL(decoderAddress, location.href).href;
    let [decoder, code] = [0, 0];
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    for (const entry of entries as PerformanceResourceTiming[]) {
        // From the cache nothing is transferred; what it holds was downloaded once.
        const bytes = entry.transferSize || entry.encodedBodySize;
        if (entry.name === decoderUrl) decoder += bytes;
        else code += bytes;
    }
    return { decoder, code };
}

/** "491 kB", "3.2 MB" */
export function sizeText(bytes: number): string {
    return bytes < 999_500 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(bytes < 99.5e6 ? 1 : 0)} MB`;
}
