import { readFile } from "node:fs/promises";
import type { Decoder } from "../model/decoder.js";
import { readDecoder } from "../model/readDecoder.js";
import { systemReason, UserError } from "./userError.js";

/** The decoder that `--model` names. */
export async function loadDecoder(path: string): Promise<Decoder> {
    const bytes = await readFile(path).catch((cause: Error) => {
        throw new UserError(`--model: ${path} can't be read (${systemReason(cause)}); expected a file; check its name`);
    });
    try {
        return readDecoder(new Uint8Array(bytes), { name: path });
    } catch (error) {
        throw new UserError(`--model: ${(error as Error).message}`);
    }
}
