/** Undo and redo over immutable states. */
export class History<State> {
    private readonly past: State[] = [];
    private future: State[] = [];

    constructor(
        private current: State,
        private readonly limit = 200,
    ) {}

    /** A step that undo takes back; the same state again is none. */
    commit(state: State): void {
        if (JSON.stringify(state) === JSON.stringify(this.current)) return;
        this.past.push(this.current);
        if (this.past.length > this.limit) this.past.shift();
        this.current = state;
        this.future = [];
    }

    get canUndo(): boolean {
        return this.past.length > 0;
    }

    get canRedo(): boolean {
        return this.future.length > 0;
    }

    /** The state before, or null at the start. */
    undo(): State | null {
        const state = this.past.pop();
        if (state === undefined) return null;
        this.future.push(this.current);
        this.current = state;
        return state;
    }

    /** The state that was undone, or null at the end. */
    redo(): State | null {
        const state = this.future.pop();
        if (state === undefined) return null;
        this.past.push(this.current);
        this.current = state;
        return state;
    }
}
