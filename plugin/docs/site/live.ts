/** On the site's pages: every tested example gets a button that runs it, and a canvas with what it made. */
import examples from "virtual:examples";

for (const block of document.querySelectorAll("pre:has(> code.ts)")) {
    const load = examples[block.querySelector("code")!.textContent!.replace(/\s/g, "")];
    if (load) offer(block, load);
}

function offer(block: Element, load: (typeof examples)[string]): void {
    const button = document.createElement("button");
    button.textContent = "Run";
    button.className = "live-run";
    const said = document.createElement("output");
    said.className = "live-said";
    block.after(button, said);
    button.addEventListener("click", async () => {
        button.disabled = true;
        said.textContent = "loading…";
        try {
            const [{ default: example }, { openStage }] = await Promise.all([load(), import("./liveStage.js")]);
            const canvas = document.createElement("canvas");
            canvas.className = "live-canvas";
            canvas.setAttribute("aria-label", "What the example made");
            said.after(canvas);
            const stage = await openStage(canvas);
            await example(stage.scene);
            const count = stage.show();
            if (count === 0) canvas.remove();
            said.textContent =
                count > 0
                    ? `${count} ${count === 1 ? "mesh" : "meshes"}; drag to turn`
                    : "It ran; it leaves no mesh to show.";
        } catch (error) {
            said.textContent = String(error);
        }
    });
}
