export interface BenchOptions {
    mode: "counters" | "cpu" | "gpu";
    /** Count missed cells against every corner, also far from the surface. */
    dense: boolean;
    /** Codes and runs; null for the mode's own. */
    codeCount: number | null;
    runCount: number | null;
    /** Cells along the longest side; null for the mode's own. */
    resolutions: number[] | null;
    /** Cells of the volume for Marching Cubes alone; null for the mode's own. */
    volumeResolution: number | null;
    /** Files; the shipped ones if there are none. */
    decoders: string[];
    /** Time adapters that compute on the CPU as well. */
    software: boolean;
    /** Folder of a copy of W. Usher's Marching Cubes; null without. */
    usher: string | null;
    /** Where the JSON goes; null for the console. */
    out: string | null;
}
