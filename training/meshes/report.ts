import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TriangleMesh } from "../samples/mesh.js";
import { writeContactSheet } from "../sheet.js";
import type { PreparedAsset } from "./prepare.js";
import { repairMesh } from "./repair.js";
import type { AssetStore } from "./store.js";

const TILE = 128;
/** Tiles in a row of the sheet. */
const COLUMNS = 12;
const VERDICTS = ["accepted", "repaired", "rejected", "waiting"] as const;

/** Draws an asset as read beside what was made of it; once. */
export function drawAsset(folder: string, asset: PreparedAsset, raw: TriangleMesh, store: AssetStore): void {
    if (!asset.key || asset.verdict === "waiting") return;
    mkdirSync(join(folder, "pictures"), { recursive: true });
    const path = join(folder, "pictures", `${asset.key}.png`);
    if (existsSync(path)) return;
    const outer = asset.verdict === "rejected" ? repairMesh(raw).outer : store.meshes(asset.key).outer;
    writeContactSheet(path, [[framed(raw), outer]], TILE);
}

/** Scaled into the frame of the pictures, otherwise as it is. */
function framed({ positions, indices }: TriangleMesh): TriangleMesh {
    const low = [0, 1, 2].map(() => Number.POSITIVE_INFINITY);
    const high = [0, 1, 2].map(() => Number.NEGATIVE_INFINITY);
    for (const [i, value] of positions.entries()) {
        low[i % 3] = Math.min(low[i % 3], value);
        high[i % 3] = Math.max(high[i % 3], value);
    }
    const scale = 1.8 / Math.max(...high.map((value, axis) => value - low[axis]));
    return { positions: positions.map((value, i) => (value - (low[i % 3] + high[i % 3]) / 2) * scale), indices };
}

/** Writes report.json, report.md and sheet.png: every file of the folder, its verdict and why. */
export function writeReport(folder: string, source: string, assets: readonly PreparedAsset[], store: AssetStore): void {
    mkdirSync(folder, { recursive: true });
    const counts = countVerdicts(assets);
    writeFileSync(join(folder, "report.json"), `${JSON.stringify({ counts, assets }, null, 2)}\n`);
    const usable = assets.filter(({ key, verdict }) => key && (verdict === "accepted" || verdict === "repaired"));
    const rows: TriangleMesh[][] = [];
    for (const [i, { key }] of usable.entries()) {
        if (i % COLUMNS === 0) rows.push([]);
        rows[rows.length - 1].push(store.meshes(key as string).outer);
    }
    if (rows.length > 0) writeContactSheet(join(folder, "sheet.png"), rows, TILE);

    const categories = [...new Set(assets.map(({ category }) => category))].sort();
    const perCategory = categories.map((category) => {
        const { accepted, repaired, rejected, waiting } = countVerdicts(
            assets.filter((asset) => asset.category === category),
        );
        return `| ${category} | ${accepted} | ${repaired} | ${rejected} | ${waiting} |`;
    });
    const lines = assets.map(({ name, category, verdict, reasons, inspection, key }) => {
        const picture = key && existsSync(join(folder, "pictures", `${key}.png`)) ? `![](pictures/${key}.png)` : "";
        const figures = inspection
            ? `${inspection.triangles} | ${inspection.shells} | ${inspection.borderEdges} | ${inspection.thickness.toFixed(3)}`
            : "– | – | – | –";
        return `| ${picture} | ${cell(name)} | ${cell(category)} | **${verdict}** | ${cell(reasons.join("; "))} | ${figures} |`;
    });
    writeFileSync(
        join(folder, "report.md"),
        `# Meshes of ${source}

${assets.length} files: ${VERDICTS.map((verdict) => `${counts[verdict]} ${verdict}`).join(", ")}. Accepted and repaired ones are trained on; waiting ones are another shard's.

${rows.length > 0 ? "![All that are trained on, as they look from outside](sheet.png)\n" : ""}
| category | accepted | repaired | rejected | waiting |
|---|---|---|---|---|
${perCategory.join("\n")}

Pictures: as read (what is seen from behind is dark), then what was made of it, turned and scaled. Thickness is a mean, where the longest side is 1.8.

| picture | file | category | verdict | why | triangles | shells | border edges | thickness |
|---|---|---|---|---|---|---|---|---|
${lines.join("\n")}
`,
    );
}

export function countVerdicts(assets: readonly PreparedAsset[]): Record<(typeof VERDICTS)[number], number> {
    const count = (wanted: string) => assets.filter(({ verdict }) => verdict === wanted).length;
    return {
        accepted: count("accepted"),
        repaired: count("repaired"),
        rejected: count("rejected"),
        waiting: count("waiting"),
    };
}

/** Text that stays in its cell of a table. */
function cell(text: string): string {
    return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
