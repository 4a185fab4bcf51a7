import type { FieldMaker } from "../../field/field.js";
import type { Decoder } from "../../model/decoder.js";
import type { FieldDomain } from "../cpu/extractSurface.js";
import type { SurfaceOptions } from "../mesh.js";

/** What the worker is asked; each answer carries the number of its question. */
export type WorkerRequest =
    | {
          readonly kind: "load";
          readonly number: number;
          readonly decoder: Decoder;
          readonly evaluator: "auto" | "onnxruntime";
      }
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

/** Of "load". */
export interface LoadResult {
    /** Who computes in the worker. */
    readonly maker: FieldMaker;
    /** What the worker fetched to run the decoder; its page does not see that. */
    readonly fetchedBytes: number;
}
