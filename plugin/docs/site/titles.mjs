import { Converter, JSX } from "typedoc";

/** Pages are named by their first heading, the package's one module by what it is; examples of pages can be run. */
export function load(app) {
    app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, page) => {
        const heading = /^# (.+)$/m.exec(page.content.map((part) => part.text).join(""));
        if (heading) page.name = heading[1].trim();
    });
    app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
        for (const module of project.children ?? []) {
            if (module.name === "index") module.name = "API";
        }
    });
    app.renderer.hooks.on("body.end", ({ page, relativeURL }) => {
        const src = relativeURL("live/live.js", true);
        return page.model.isDocument?.()
            ? JSX.createElement("script", { type: "module", src })
            : JSX.createElement(JSX.Fragment);
    });
}
