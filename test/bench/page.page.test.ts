import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { BuiltSite } from "../demo/builtSite.js";
import type { SuiteReport } from "./suite/types.js";

const TINY = "decoder=octahedron.onnx&resolutions=6&volume=6&runs=1&codes=2";

describe("the page of the benchmarks", () => {
    let site: BuiltSite;
    beforeAll(async () => {
        site = await BuiltSite.ServeAsync(inject("demo"), "bench");
    }, 60_000);
    afterAll(() => site?.closeAsync());
    const open = async (query: string) => {
        const { page } = await site.openAsync(query, { viewport: { width: 900, height: 900 } });
        // Before its script has run, buttons do nothing.
        await page.waitForLoadState("load");
        return page;
    };

    it("refuses to time an adapter that computes on the CPU, and says what to do", async () => {
        const page = await open(TINY);
        await page.getByRole("button", { name: "Start" }).click();
        await page.getByText(/computes on the CPU/).waitFor();
        expect(await page.getByRole("button", { name: "Save as JSON" }).isEnabled()).toBe(false);
        await page.close();
    });

    it("says which number is none", async () => {
        const page = await open(`${TINY}&software`);
        await page.getByLabel("Resolutions").fill("64, many");
        await page.getByRole("button", { name: "Start" }).click();
        await page.getByText('Resolutions: got "many"; expected a whole number').waitFor();
        await page.close();
    });

    it("runs every arm, shows tables and saves the report", async () => {
        const page = await open(`${TINY}&software`);
        await page.getByRole("button", { name: "Start" }).click();
        await page.getByText(/^Done on/).waitFor({ timeout: 540_000 });
        expect(await page.getByRole("table").count()).toBe(2);
        const [download] = await Promise.all([
            page.waitForEvent("download"),
            page.getByRole("button", { name: "Save as JSON" }).click(),
        ]);
        const report: SuiteReport = JSON.parse(readFileSync(await download.path(), "utf8"));
        expect(report.rows.map(({ what }) => what)).toEqual([
            "multiply-add peak",
            "kernels",
            "remesh",
            "Marching Cubes alone",
        ]);
        const remesh = report.rows[2];
        expect(Object.keys(remesh.milliseconds)).toEqual([
            "library",
            "denseFused",
            "denseOnnxRuntime",
            "moving",
            "movingWhole",
        ]);
        expect(remesh.figures.movingWholeToMoving).toBeGreaterThan(0);
        expect(remesh.figures.denseOnnxRuntimeToLibrary).toBeGreaterThan(0);
        expect(report.rows[3].figures.triangles).toBeGreaterThan(0);
        expect(report.adapter).toMatch(/swiftshader/i);
        if (process.env.BENCH_PICTURE) {
            await page.screenshot({ path: process.env.BENCH_PICTURE, fullPage: true });
        }
        await page.close();
    }, 600_000);
});
