import { join } from "node:path";
import { prepareFolder } from "./meshes/prepare.js";
import { countVerdicts, drawAsset, writeReport } from "./meshes/report.js";
import { AssetStore } from "./meshes/store.js";
import { OptionError, readOptions, runCommand, userPath, whole } from "./options.js";

const HELP = `Reads, repairs and samples a folder of GLB, glTF, OBJ, STL and PLY files, and reports on each.

  --data DIR        the folder                        --manifest FILE  notes on its files (DIR/manifest.json)
  --samples N       samples to draw of each (80000)   --store DIR      where they are kept (training/data/meshes)
  --shard K/N       only the K-th of N parts of the work, K from 1
  --report DIR      where report.md goes (mesh-report)`;

const DEFAULTS = {
    data: "",
    manifest: "",
    samples: "80000",
    store: join(import.meta.dirname, "data/meshes"),
    shard: "",
    report: "mesh-report",
};

async function main(): Promise<void> {
    const options = readOptions(DEFAULTS, []);
    if (options.help) {
        console.log(HELP);
        return;
    }
    if (!options.data) throw new OptionError("--data: got nothing; expected a folder of meshes");
    const store = new AssetStore(userPath(options.store));
    const report = userPath(options.report);
    const assets = await prepareFolder(userPath(options.data), {
        store,
        sampleCount: whole("samples", options.samples, 1000, 10_000_000),
        manifestPath: options.manifest ? userPath(options.manifest) : undefined,
        shard: readShard(options.shard),
        onAsset: (asset, raw) => drawAsset(report, asset, raw, store),
    });
    writeReport(report, options.data, assets, store);
    const { accepted, repaired, rejected, waiting } = countVerdicts(assets);
    console.log(
        `${assets.length} files: ${accepted} accepted, ${repaired} repaired, ${rejected} rejected, ${waiting} waiting for other shards; ${assets.filter(({ made }) => made).length} made now; ${join(report, "report.md")}`,
    );
}

/** "2/8" is the second of eight. */
function readShard(text: string): { index: number; count: number } | undefined {
    if (text === "") return undefined;
    const [, k, n] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
    if (!(k >= 1 && k <= n)) throw new OptionError(`--shard: got "${text}"; expected K/N, as 2/8, K from 1 to N`);
    return { index: k - 1, count: n };
}

runCommand("meshes", main);
