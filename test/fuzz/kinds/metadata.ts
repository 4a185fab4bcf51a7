import fc from "fast-check";
import { sampleLatent } from "../../../plugin/latent/index.js";
import type { DecoderMetadata } from "../../../plugin/model/index.js";
import { decodeMetadata, encodeMetadata } from "../../../plugin/model/metadata.js";
import { someMetadata } from "../../model/someMetadata.js";
import { octahedronMetadata } from "../../support/decoders.js";
import { expectClearError, Finding, type FuzzKind } from "../kind.js";
import { mutatedJson, mutatedText } from "../mutateBytes.js";

const texts = [octahedronMetadata(), someMetadata(2), someMetadata(9)].map((metadata) => encodeMetadata(metadata));
const encoder = new TextEncoder();

/** The JSON in a decoder file. */
export const metadataKind: FuzzKind = {
    name: "metadata",
    sound: texts.map((text) => encoder.encode(text)),
    inputs: fc.oneof(mutatedText(texts), mutatedJson(texts)).map((text) => encoder.encode(text)),
    async run(input) {
        const text = new TextDecoder().decode(input);
        let metadata: DecoderMetadata;
        try {
            metadata = decodeMetadata(text, null, "props.onnx");
        } catch (error) {
            expectClearError(error, /^readDecoder: /);
            return "refused";
        }
        // What was read says, written and read again, the same; and it can be used.
        const again = decodeMetadata(encodeMetadata(metadata), metadata.latentSize, "props.onnx");
        if (encodeMetadata(again) !== encodeMetadata(metadata)) {
            throw new Finding("metadata changes when written and read again");
        }
        compareWithText(metadata, JSON.parse(text));
        for (const category of metadata.prior.length > 0 ? [undefined, metadata.prior[0].category] : []) {
            const latent = sampleLatent(metadata, { seed: 1, category });
            if (latent.length !== metadata.latentSize || !latent.every(Number.isFinite)) {
                throw new Finding(`a sample of ${latent.length} numbers, not all finite`);
            }
        }
        return "checked";
    },
};

/** Numbers and floats as a plain reader of the JSON finds them. */
function compareWithText(metadata: DecoderMetadata, json: Record<string, unknown>): void {
    const floats = (base64: unknown) => new Float32Array(new Uint8Array(Buffer.from(String(base64), "base64")).buffer);
    const same = (a: Float32Array, b: Float32Array) => a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
    const prior = json.prior as Record<string, unknown>[];
    const isSame =
        metadata.latentSize === json.latentSize &&
        metadata.clampDistance === json.clampDistance &&
        JSON.stringify(metadata.categories) === JSON.stringify(json.categories) &&
        metadata.prior.every((component, i) => same(component.mean, floats(prior[i].mean))) &&
        metadata.prior.every((component, i) => same(component.factors, floats(prior[i].factors)));
    if (!isSame) {
        throw new Finding("metadata differs from its text");
    }
}
