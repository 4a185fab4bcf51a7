/** A page's thread for `ThreadedMachine`: first it is sent a module, then pieces. */
import { IMPORTS, type Piece, runPiece } from "./piece.js";

interface Scope {
    onmessage: ((event: MessageEvent<WebAssembly.Module | Piece>) => void) | null;
    postMessage(results: Float32Array, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
let exports: WebAssembly.Exports | null = null;

scope.onmessage = ({ data }) => {
    if (!exports) {
        exports = new WebAssembly.Instance(data as WebAssembly.Module, IMPORTS).exports;
        return;
    }
    const results = runPiece(exports, data as Piece);
    scope.postMessage(results, [results.buffer]);
};
