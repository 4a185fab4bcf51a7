import type { ShapeModel } from "babylon-deepsdf";
import { checkState, type EditorState } from "./state.js";

const KEY = "babylon-deepsdf presets";

/** States by name, never changed. */
export type NamedStates = Readonly<Record<string, EditorState>>;

/** Named states in the browser's storage, and in files. */
export class Presets {
    private states: NamedStates = {};

    /** Reads what the storage holds; entries that do not fit the decoder are kept there, but not offered. */
    constructor(
        private readonly shapes: ShapeModel,
        private readonly base: EditorState,
    ) {
        this.add(parse(storage()?.getItem(KEY) ?? "{}"));
    }

    get names(): string[] {
        return Object.keys(this.states);
    }

    get all(): NamedStates {
        return this.states;
    }

    get(name: string): EditorState | null {
        return Object.hasOwn(this.states, name) ? this.states[name] : null;
    }

    save(name: string, state: EditorState): void {
        this.replace({ ...this.states, [name]: state });
    }

    remove(name: string): void {
        const { [name]: _, ...others } = this.states;
        this.replace(others);
    }

    /** Takes back what was added and removed since they were these. */
    replace(states: NamedStates): void {
        if (states === this.states) return;
        this.states = states;
        this.store();
    }

    toFile(): Blob {
        return new Blob([JSON.stringify(this.states, null, 2)], { type: "application/json" });
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
        const fitting: [string, EditorState][] = [];
        for (const [name, entry] of Object.entries(entries ?? {}).slice(0, 1000)) {
            try {
                fitting.push([name.slice(0, 80), checkState(entry, this.base, this.shapes)]);
            } catch {
                // Of another decoder.
            }
        }
        this.states = { ...this.states, ...Object.fromEntries(fitting) };
        return fitting.length;
    }

    private store(): void {
        const others = parse(storage()?.getItem(KEY) ?? "{}") ?? {};
        for (const name of Object.keys(others)) {
            if (!Object.hasOwn(this.states, name) && this.fits(others[name])) delete others[name];
        }
        storage()?.setItem(KEY, JSON.stringify({ ...others, ...this.states }));
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
