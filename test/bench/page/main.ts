/**
 * The suite of speed in a page. The address may name other decoders and sizes:
 * `?decoder=URL&resolutions=64,128&runs=20&volume=256&codes=20`, and `software` to time an adapter that computes on the CPU.
 */
import { isSoftware } from "../../../plugin/field/fused/variants.js";
import { createBenchDecoder } from "../suite/benchDecoder.js";
import { defaultOptions, requestSuiteDevice, runSuite, softwareOptions } from "../suite/suite.js";
import type { SuiteOptions, SuiteReport } from "../suite/types.js";
import { showReport } from "./tables.js";

const query = new URLSearchParams(location.search);
const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
const [status, start, save] = [
    element<HTMLElement>("status"),
    element<HTMLButtonElement>("start"),
    element<HTMLButtonElement>("save"),
];
const [resolutions, runs] = [element<HTMLInputElement>("resolutions"), element<HTMLInputElement>("runs")];
resolutions.value = query.get("resolutions")?.replaceAll(",", ", ") ?? resolutions.value;
runs.value = query.get("runs") ?? runs.value;
let report: SuiteReport | null = null;

element<HTMLFormElement>("options").addEventListener("submit", (event) => {
    event.preventDefault();
    start.disabled = true;
    save.disabled = true;
    measure()
        .then((made) => {
            report = made;
            save.disabled = false;
            status.textContent = `Done on ${made.adapter}.`;
        })
        .catch((error: Error) => {
            status.textContent = error.message;
        })
        .finally(() => {
            start.disabled = false;
        });
});

save.addEventListener("click", () => {
    if (report) {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(
            new Blob([`${JSON.stringify(report, null, 2)}\n`], { type: "application/json" }),
        );
        link.download = "bench.json";
        link.click();
        URL.revokeObjectURL(link.href);
    }
});

async function measure(): Promise<SuiteReport> {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) {
        throw new Error("This browser shows no WebGPU adapter; open the page in one that does.");
    }
    const device = await requestSuiteDevice(adapter);
    const software = isSoftware(device);
    if (software && !query.has("software")) {
        throw new Error(
            "This adapter computes on the CPU, so its times say nothing of a GPU; open the page on a machine with a GPU, or add ?software to see that it runs.",
        );
    }
    const source = query.get("decoder") ?? "props.onnx";
    status.textContent = `Loading ${source}`;
    const response = await fetch(source);
    if (!response.ok) {
        throw new Error(`${source}: got status ${response.status}; expected a decoder; name another by ?decoder=URL`);
    }
    const decoder = createBenchDecoder(source, new Uint8Array(await response.arrayBuffer()));
    const { vendor, architecture, device: model, description } = adapter.info;
    try {
        const made = await runSuite(
            {
                device,
                adapter: [vendor, architecture, model, description].filter(Boolean).join(" ") || "unnamed",
                versions: { browser: navigator.userAgent },
                decoders: [decoder],
                log: (line) => {
                    status.textContent = line;
                },
                usher: null,
            },
            chosenOptions(software ? softwareOptions : defaultOptions),
        );
        element("results").replaceChildren(showReport(made));
        return made;
    } finally {
        device.destroy();
    }
}

function chosenOptions(base: SuiteOptions): SuiteOptions {
    return {
        ...base,
        resolutions: resolutions.value.split(",").map((text) => wholeNumber("Resolutions", text)),
        runCount: wholeNumber("Rounds", runs.value),
        codeCount: wholeNumber("codes", query.get("codes") ?? String(base.codeCount)),
        volumeResolution: wholeNumber("volume", query.get("volume") ?? String(base.volumeResolution)),
    };
}

function wholeNumber(name: string, text: string): number {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) {
        throw new Error(`${name}: got "${text.trim()}"; expected a whole number from 1 on.`);
    }
    return value;
}
