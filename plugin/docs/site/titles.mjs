import { Converter } from "typedoc";

/** Pages are named by their first heading, and the package's one module by what it is. */
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
}
