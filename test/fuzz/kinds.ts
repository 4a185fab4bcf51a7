import type { FuzzKind } from "./kind.js";
import { decoderKind } from "./kinds/decoder.js";
import { graphKind } from "./kinds/graph.js";
import { latentTextKind } from "./kinds/latentText.js";
import { metadataKind } from "./kinds/metadata.js";
import { scanKind } from "./kinds/scan.js";

/** All sorts of input that may come from a stranger. */
export const fuzzKinds: readonly FuzzKind[] = [decoderKind, metadataKind, latentTextKind, scanKind, graphKind];
