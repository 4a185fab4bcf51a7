/** Chromium command-line switches that keep it from what no test asked for. */
export declare const QUIET_FLAGS: string[];
/** Chromium command-line switches for a WebGPU adapter in software, with a canvas to present to. */
export declare const SOFTWARE_WEBGPU_FLAGS: string[];
/** Path of an installed Chromium or Chrome, or null. */
export declare function findBrowser(): string | null;
/** As `findBrowser`, installing one where there is none; throws with one clear line if that fails. */
export declare function ensureBrowser(): string;
