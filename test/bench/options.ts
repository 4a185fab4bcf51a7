export interface BenchOptions {
    mode: "counters" | "cpu" | "gpu";
    /** Count missed cells against every corner, also far from the surface. */
    dense: boolean;
    codeCount: number;
    runCount: number;
    /** Cells along the longest side; null for the mode's own. */
    resolutions: number[] | null;
    /** Files; the shipped ones if there are none. */
    decoders: string[];
    /** Where the JSON goes; null for the console. */
    out: string | null;
}
