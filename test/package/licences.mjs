/**
 * Lists what an install of the package brings along, with the licence of each: `npm run licences` writes the file that
 * ships with the package, a test compares it with what is installed.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const root = resolve(import.meta.dirname, "../..");
export const LICENCES = join(root, "plugin/licences.md");

const read = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** Where a package finds another: its own node_modules, then those above. */
function locate(name, from) {
    for (let folder = from; ; folder = resolve(folder, "..")) {
        const candidate = join(folder, "node_modules", name);
        if (existsSync(join(candidate, "package.json"))) return candidate;
        if (folder === resolve(folder, "..")) return null;
    }
}

/** Everything that `dependencies` reaches, by name and version. */
export function listLicences() {
    const found = new Map();
    const visit = (folder) => {
        const { name, version, license, licenses, dependencies = {} } = read(folder);
        if (found.has(`${name}@${version}`)) return;
        if (folder !== root) {
            const said = license?.type ?? license ?? licenses?.map(({ type }) => type).join(" OR ") ?? "none named";
            found.set(`${name}@${version}`, { name, version, licence: said });
        }
        for (const dependency of Object.keys(dependencies)) {
            const at = locate(dependency, folder);
            if (!at) throw new Error(`licences: ${dependency} of ${name} is not installed; expected it; run npm ci`);
            visit(at);
        }
    };
    visit(root);
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function licencesText() {
    const list = listLicences();
    const width = Math.max(...list.map(({ name }) => name.length));
    const versionWidth = Math.max(7, ...list.map(({ version }) => version.length));
    const licenceWidth = Math.max(7, ...list.map(({ licence }) => licence.length));
    const row = (name, version, licence) =>
        `| ${name.padEnd(width)} | ${version.padEnd(versionWidth)} | ${licence.padEnd(licenceWidth)} |`;
    return [
        "# Licences of what is installed along",
        "",
        "Written by `npm run licences`. The package itself, its weights and data are Apache-2.0.",
        "",
        row("package", "version", "licence"),
        `| ${"-".repeat(width)} | ${"-".repeat(versionWidth)} | ${"-".repeat(licenceWidth)} |`,
        ...list.map(({ name, version, licence }) => row(name, version, licence)),
        "",
    ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    writeFileSync(LICENCES, licencesText());
    console.log(`${listLicences().length} packages in ${LICENCES}`);
}
