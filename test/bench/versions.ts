import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform } from "node:os";
import { dirname, join } from "node:path";

/** What the figures were measured with. */
export function versions(): Record<string, string> {
    const require = createRequire(import.meta.url);
    const versionOf = (name: string): string => {
        for (let folder = dirname(import.meta.dirname); folder !== dirname(folder); folder = dirname(folder)) {
            try {
                return JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")).version;
            } catch {
                // In a folder above.
            }
        }
        return require.resolve(name);
    };
    return {
        "babylon-deepsdf": JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")).version,
        "@babylonjs/core": versionOf("@babylonjs/core"),
        "onnxruntime-web": versionOf("onnxruntime-web"),
        webgpu: versionOf("webgpu"),
        node: process.version,
        platform: `${platform()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
    };
}

/** An adapter's name, as complete as it tells. */
export function adapterName(adapter: GPUAdapter | null): string {
    if (!adapter) {
        return "none";
    }
    const { vendor, architecture, device, description } = adapter.info;
    return [vendor, architecture, device, description].filter(Boolean).join(" ") || "unnamed";
}
