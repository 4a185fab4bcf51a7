/** Latent codes: drawing, mixing, moving, judging and storing them. Pure numbers. */
export { checkLatent } from "./checkLatent.js";
export { interpolateAlongPrior } from "./interpolateAlongPrior.js";
export { decodeLatent, encodeLatent } from "./latentText.js";
export { findAxis, interpolateLatents, moveAlongAxis, positionOnAxis } from "./moveLatent.js";
export { LatentRandom } from "./random.js";
export { type LatentSampleOptions, sampleLatent, sampleLatentAround } from "./sampleLatent.js";
export { typicality } from "./typicality.js";
export { typicalLatents } from "./typicalLatents.js";
