import type { Decoder } from "../../model/decoder.js";
import type { FieldDomain, Surface } from "../cpu/extractSurface.js";
import type { SurfaceOptions } from "../mesh.js";

/** What the worker is asked; each answer carries the number of its question. */
export type WorkerRequest =
    | { readonly kind: "load"; readonly number: number; readonly decoder: Decoder }
    | {
          readonly kind: "evaluate";
          readonly number: number;
          readonly latent: Float32Array;
          readonly points: Float32Array;
      }
    | {
          readonly kind: "gradient";
          readonly number: number;
          readonly latent: Float32Array;
          readonly points: Float32Array;
          readonly latentGradients: boolean;
      }
    | {
          readonly kind: "extract";
          readonly number: number;
          readonly latent: Float32Array;
          readonly domain: FieldDomain;
          readonly options: Omit<SurfaceOptions, "signal">;
      }
    /** Gives up the question of that number; it is still answered, by a failure. */
    | { readonly kind: "abort"; readonly number: number };

export type WorkerAnswer =
    | { readonly number: number; readonly result: unknown }
    | { readonly number: number; readonly failure: string };

export type ExtractResult = Surface;
