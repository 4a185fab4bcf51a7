import { shapeBlocks } from "babylon-deepsdf";

/** What the editor looks at when something is dropped on its canvas. */
const DRAG_FORMAT = "babylonjs-geometry-node";

const DESCRIPTIONS: Readonly<Record<string, string>> = {
    DecodeShapeBlock: "Turns a code into a geometry",
    LatentAxisBlock: "Moves a code along one of the decoder's axes",
    LatentCodeBlock: "A code stored in the graph",
    LatentInterpolateBlock: "Mixes two to four codes by weights",
    LatentSampleBlock: "Draws a code, another one for each instance",
    ScanCompletionBlock: "Completes a scan: its code, pose and geometry",
};

/**
 * Lists the shape blocks under a heading of their own.
 *
 * The editor's list is fixed and its drop handler knows its own blocks only; custom frames, which it keeps in the
 * browser's storage, are what it takes from others. So each block is stored as a frame with that block in it, and the
 * heading is written into the list by hand. plugin/nodes/README.md proposes what would make this file needless.
 */
export function listShapeBlocks(host: HTMLElement): void {
    for (const [name, block] of Object.entries(shapeBlocks)) {
        localStorage.setItem(frameNameOf(name), JSON.stringify(frameOf(name, new block(titleOf(name)).serialize())));
    }
    // The list is there once the editor has rendered, and anew when it is rendered from scratch.
    const place = () => {
        const list = host.querySelector("#ngeNodeList .list-container");
        if (list && !list.querySelector("[data-shapes]")) {
            list.prepend(createSection(host));
        }
    };
    place();
    new MutationObserver(place).observe(host, { childList: true, subtree: true });
}

const titleOf = (name: string) => name.replace(/Block$/, "").replace(/(?<=[a-z])(?=[A-Z])/g, " ");
const frameNameOf = (name: string) => `${titleOf(name)}Custom`;

function createSection(host: HTMLElement): HTMLElement {
    const section = element("paneContainer");
    section.dataset.shapes = "";
    const title = element("title");
    title.textContent = "SHAPES";
    const lines = Object.keys(shapeBlocks).map((name) => {
        const line = element("draggableLine");
        line.draggable = true;
        line.title = DESCRIPTIONS[name] ?? "";
        line.textContent = titleOf(name);
        line.addEventListener("dragstart", (event) => event.dataTransfer?.setData(DRAG_FORMAT, frameNameOf(name)));
        return line;
    });
    section.append(element("paneContainer-content", element("header", title), element("paneList", ...lines)));

    // Follows the filter above the list.
    host.querySelector("#ngeNodeList .filter input")?.addEventListener("input", (event) => {
        const wanted = (event.target as HTMLInputElement).value.toLowerCase();
        for (const line of lines) {
            line.hidden = !line.textContent?.toLowerCase().includes(wanted);
        }
    });
    return section;
}

/** An element with one of the editor's own classes. */
function element(className: string, ...children: HTMLElement[]): HTMLElement {
    const made = document.createElement("div");
    made.className = className;
    made.append(...children);
    return made;
}

/** A frame around one block, in the editor's own form. */
function frameOf(name: string, block: { id?: unknown }): object {
    const [x, y, width, height] = [0, 0, 260, 260];
    return {
        blocks: [block],
        editorData: {
            locations: [{ blockId: block.id, x: x + 30, y: y + 60, isCollapsed: false }],
            frames: [
                {
                    x,
                    y,
                    width,
                    height,
                    color: [0.2, 0.24, 0.3],
                    name: titleOf(name),
                    isCollapsed: false,
                    blocks: [block.id],
                    comments: DESCRIPTIONS[name],
                },
            ],
            x: 0,
            y: 0,
            zoom: 1,
            map: {},
        },
    };
}
