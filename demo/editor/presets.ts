import type { ShapeModel } from "babylon-deepsdf";
import { checkState, type EditorState } from "./state.js";

const KEY = "babylon-deepsdf presets";

/** Named states in the browser's storage, and in files. */
export class Presets {
    private readonly states = new Map<string, EditorState>();

    /** Reads what the storage holds; entries that do not fit the decoder are kept there, but not offered. */
    constructor(
        private readonly shapes: ShapeModel,
        private readonly base: EditorState,
    ) {
        this.add(parse(storage()?.getItem(KEY) ?? "{}"));
    }

    get names(): string[] {
        return [...this.states.keys()];
    }

    get(name: string): EditorState | null {
        return this.states.get(name) ?? null;
    }

    save(name: string, state: EditorState): void {
        this.states.set(name, state);
        this.store();
    }

    remove(name: string): void {
        this.states.delete(name);
        this.store();
    }

    toFile(): Blob {
        return new Blob([JSON.stringify(Object.fromEntries(this.states), null, 2)], { type: "application/json" });
    }

    /**
     * Adds the presets of a file.
     *
     * @returns how many fitted
     * @throws if it is no JSON object
     */
    addFile(text: string): number {
        const entries = parse(text);
        if (!entries) throw new Error("presets: the file is no JSON object of presets; save one here first");
        const count = this.add(entries);
        this.store();
        return count;
    }

    private add(entries: Record<string, unknown> | null): number {
        let count = 0;
        for (const [name, entry] of Object.entries(entries ?? {}).slice(0, 1000)) {
            try {
                this.states.set(name.slice(0, 80), checkState(entry, this.base, this.shapes));
                count++;
            } catch {
                // Of another decoder.
            }
        }
        return count;
    }

    private store(): void {
        const others = parse(storage()?.getItem(KEY) ?? "{}") ?? {};
        for (const name of Object.keys(others)) {
            if (!this.states.has(name) && this.fits(others[name])) delete others[name];
        }
        storage()?.setItem(KEY, JSON.stringify({ ...others, ...Object.fromEntries(this.states) }));
    }

    private fits(entry: unknown): boolean {
        try {
            checkState(entry, this.base, this.shapes);
            return true;
        } catch {
            return false;
        }
    }
}

function parse(text: string): Record<string, unknown> | null {
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === "object" && value !== null && !Array.isArray(value)
            ? (value as Record<string, unknown>)
            : null;
    } catch {
        return null;
    }
}

/** Pages in sandboxed frames have none. */
function storage(): Storage | null {
    try {
        return window.localStorage;
    } catch {
        return null;
    }
}
