import fc from "fast-check";
import { decodeLatent, encodeLatent } from "../../../plugin/latent/index.js";
import { randomCode } from "../../support/perceptrons.js";
import { expectClearError, Finding, type FuzzKind } from "../kind.js";
import { mutatedBytes } from "../mutateBytes.js";

const encoder = new TextEncoder();
const texts = [1, 2, 3, 64, 256].map((size) => encoder.encode(encodeLatent(randomCode(size, size))));

/** Codes as players paste them. */
export const latentTextKind: FuzzKind = {
    name: "latentText",
    sound: texts,
    inputs: fc.oneof(
        { weight: 5, arbitrary: mutatedBytes(texts) },
        { weight: 1, arbitrary: fc.string({ unit: "binary" }).map((text) => encoder.encode(`L${text}`)) },
        // Sound texts, so that the result is seen as well.
        {
            weight: 1,
            arbitrary: fc
                .float32Array({ minLength: 1, maxLength: 80, noNaN: true, noDefaultInfinity: true })
                .map((latent) => encoder.encode(encodeLatent(latent))),
        },
        { weight: 1, arbitrary: fc.constantFrom(1 << 16, 1 << 20).map((size) => new Uint8Array(size).fill(0x4c)) },
    ),
    async run(input) {
        const text = new TextDecoder().decode(input);
        let latent: Float32Array;
        try {
            latent = decodeLatent(text);
        } catch (error) {
            expectClearError(error, /^decodeLatent: /);
            return "refused";
        }
        // A code has one text, and Node's own base64url reads the same numbers in it.
        const bytes = new Uint8Array(Buffer.from(text.slice(1), "base64url"));
        const floats = new Float32Array(bytes.slice(0, -3).buffer);
        if (encodeLatent(latent) !== text || !latent.every((value, i) => Object.is(value, floats[i]))) {
            throw new Finding("a text gives a code that has another text");
        }
        return "checked";
    },
};
