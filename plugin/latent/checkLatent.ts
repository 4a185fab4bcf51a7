/**
 * Refuses what is no code of a decoder.
 *
 * @param operation what the user called
 * @throws an error that says what was received, what was expected and what to do
 */
export function checkLatent(operation: string, latent: unknown, latentSize: number): asserts latent is Float32Array {
    if (!(latent instanceof Float32Array)) {
        const received = latent === null ? "null" : Array.isArray(latent) ? "an Array" : `a ${typeof latent}`;
        throw new Error(
            `${operation}: got ${received} as latent code; expected a Float32Array of ${latentSize}; use sampleLatent or Float32Array.from`,
        );
    }
    if (latent.length !== latentSize) {
        throw new Error(
            `${operation}: got a latent code of ${latent.length}; expected ${latentSize}, as this decoder takes; use a code made for this decoder`,
        );
    }
    const wrong = latent.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
        throw new Error(
            `${operation}: got a latent code with ${latent[wrong]} at index ${wrong}; expected finite numbers; check how the code was made`,
        );
    }
}
