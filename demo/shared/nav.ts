/** Importing this puts the way to the other scenes at the top of the page. */
import "./nav.css";

const NAMES: Record<string, string> = {
    index: "Editor",
    market: "Market",
    completion: "Completion",
    nodes: "Nodes",
};

const here = /([^/]*)\.html$/.exec(location.pathname)?.[1] ?? "index";

const nav = document.createElement("nav");
nav.className = "scenes";
nav.setAttribute("aria-label", "Scenes");

const list = document.createElement("ul");
list.id = "scenes";
for (const page of Object.keys(NAMES).filter((name) => DEMO_PAGES.includes(name))) {
    const link = document.createElement("a");
    link.href = `./${page}.html`;
    link.textContent = NAMES[page];
    if (page === here) link.setAttribute("aria-current", "page");
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
}

// Phones show the present scene's name; the others open below it.
const toggle = document.createElement("button");
toggle.type = "button";
toggle.textContent = NAMES[here] ?? "Scenes";
toggle.setAttribute("aria-controls", list.id);
const open = (isOpen: boolean) => {
    toggle.setAttribute("aria-expanded", String(isOpen));
    nav.classList.toggle("open", isOpen);
};
toggle.addEventListener("click", () => open(!nav.classList.contains("open")));
nav.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") open(false);
});
document.addEventListener("pointerdown", ({ target }) => {
    if (!nav.contains(target as Node)) open(false);
});
open(false);

nav.append(toggle, list);
document.body.prepend(nav);
