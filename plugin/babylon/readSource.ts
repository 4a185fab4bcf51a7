import { DEFAULT_MAX_BYTES } from "../model/readDecoder.js";

/** What a decoder can be loaded from: an address, a file or blob, or the bytes. */
export type DecoderSource = string | Blob | ArrayBuffer | ArrayBufferView;

export interface DecoderProgress {
    readonly loadedBytes: number;
    /** null where the server does not say. */
    readonly totalBytes: number | null;
}

/**
 * The bytes of a source and a name for messages.
 *
 * @throws if it can't be fetched, is too large, or is nothing a decoder can be loaded from
 */
export async function readSource(
    source: DecoderSource,
    signal?: AbortSignal,
    onProgress?: (progress: DecoderProgress) => void,
    maxBytes: number = DEFAULT_MAX_BYTES,
): Promise<{ bytes: Uint8Array; name: string }> {
    signal?.throwIfAborted();
    if (typeof source === "string") {
        return { bytes: await download(source, signal, onProgress, maxBytes), name: nameOf(source) };
    }
    if (typeof Blob !== "undefined" && source instanceof Blob) {
        checkSize(source.size, "the file", maxBytes);
        const bytes = new Uint8Array(await source.arrayBuffer());
        signal?.throwIfAborted();
        onProgress?.({ loadedBytes: bytes.length, totalBytes: bytes.length });
        return { bytes, name: "name" in source && typeof source.name === "string" ? source.name : "the blob" };
    }
    if (source instanceof ArrayBuffer) {
        return { bytes: new Uint8Array(source), name: "the decoder" };
    }
    if (ArrayBuffer.isView(source)) {
        return { bytes: new Uint8Array(source.buffer, source.byteOffset, source.byteLength), name: "the decoder" };
    }
    throw new Error(
        `ShapeModel.LoadAsync: got ${source === null ? "null" : `a ${typeof source}`} as source; expected a URL, a File or Blob, an ArrayBuffer or a view of one; pass one of those`,
    );
}

async function download(
    url: string,
    signal: AbortSignal | undefined,
    onProgress: ((progress: DecoderProgress) => void) | undefined,
    maxBytes: number,
): Promise<Uint8Array> {
    const response = await fetch(url, { signal }).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw new Error(
            `ShapeModel.LoadAsync: ${url} could not be fetched (${cause instanceof Error ? cause.message : String(cause)}); expected a reachable .onnx file; check the address and the server's CORS headers; in Node, read the file and pass its bytes`,
        );
    });
    if (!response.ok) {
        throw new Error(
            `ShapeModel.LoadAsync: ${url} gave status ${response.status}; expected a .onnx file; check the address`,
        );
    }
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    // A compressed transfer's length says nothing about the file's.
    const totalBytes = Number.isFinite(length) && !response.headers.get("content-encoding") ? length : null;
    checkSize(totalBytes ?? 0, url, maxBytes);
    if (!response.body) {
        return new Uint8Array(await response.arrayBuffer());
    }
    const chunks: Uint8Array[] = [];
    let loadedBytes = 0;
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
        chunks.push(part.value);
        loadedBytes += part.value.length;
        if (loadedBytes > maxBytes) {
            await reader.cancel();
        }
        checkSize(loadedBytes, url, maxBytes);
        onProgress?.({ loadedBytes, totalBytes });
    }
    const bytes = new Uint8Array(loadedBytes);
    let at = 0;
    for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.length;
    }
    return bytes;
}

function checkSize(bytes: number, name: string, maxBytes: number): void {
    if (bytes > maxBytes) {
        throw new Error(
            `ShapeModel.LoadAsync: ${name} has ${bytes} bytes; expected at most ${maxBytes}; check that it is a decoder, or raise the option maxBytes`,
        );
    }
}

/** The last part of an address. */
function nameOf(url: string): string {
    if (url.startsWith("data:")) {
        return "the data URL";
    }
    return url.split(/[?#]/)[0].split("/").pop() || url;
}
