/** What keys do. */
export interface KeyActions {
    undo(): void;
    redo(): void;
    roll(): void;
    keep(): void;
    wireframe(): void;
    hull(): void;
    variation(index: number): void;
}

/** Single keys, and Ctrl or ⌘ with Z and Y, wherever no text is being typed. */
export function listenToKeys(actions: KeyActions, signal: AbortSignal): void {
    const plain: Record<string, () => void> = {
        r: actions.roll,
        k: actions.keep,
        w: actions.wireframe,
        h: actions.hull,
    };
    window.addEventListener(
        "keydown",
        (event) => {
            const target = event.target;
            const isTyping =
                target instanceof Element && target.matches("input:not([type=checkbox]), textarea, select");
            const key = event.key.toLowerCase();
            if (event.ctrlKey || event.metaKey) {
                if (isTyping || (key !== "z" && key !== "y")) return;
                event.preventDefault();
                if (key === "y" || event.shiftKey) actions.redo();
                else actions.undo();
            } else if (!isTyping && !event.altKey) {
                if (/^[1-9]$/.test(key)) actions.variation(Number(key) - 1);
                else plain[key]?.();
            }
        },
        // The panel keeps keys to itself that come to it.
        { signal, capture: true },
    );
}
