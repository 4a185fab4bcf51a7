import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { categoryFile } from "../nodes/categoryDecoder.js";
import { barriersOn } from "./accessibility.js";
import { BuiltSite } from "./builtSite.js";

let site: BuiltSite;

beforeAll(async () => {
    site = await BuiltSite.ServeAsync(inject("demo"), "index");
}, 60_000);
afterEach(() => site.closePagesAsync());
afterAll(() => site?.closeAsync());

const decoder = Buffer.from(categoryFile(["chair", "vase"]));
const viewport = { width: 640, height: 480 };

/** Scenes, what their addresses ask for, where they say what is wrong, and what tells that they go on. */
const SCENES = [
    ["index", "category=chair&resolution=16", "#message", "body[data-surfaces]"],
    ["market", "props=2&physics=0&stroll=0&pixel=4&resolution=16", "#notice", "body[data-state=stocking]"],
    ["completion", "auto=0&sensor=48&resolution=16&thing=vase", "#status", "body[data-state=ready]"],
    ["nodes", "graph=morphRow", "#message", "body[data-builds]"],
] as const;
const DRAWN = SCENES.filter(([scene]) => scene !== "nodes");

/** What is read out as it appears, without the label of the way on, which has to be there. */
async function alarmOf(page: Page, place: string): Promise<string> {
    const alarm = page.locator(`${place}[role=alert]`);
    await alarm.waitFor({ timeout: 90_000 });
    const label = "Try again";
    expect(await alarm.getByRole("button").allTextContents()).toEqual([label]);
    return (await alarm.textContent())!.replace(label, "");
}

describe("without a decoder", () => {
    it.each(SCENES)(
        "%s says what is missing, and goes on once it is there",
        async (scene, query, place, goesOn) => {
            let isThere = false;
            const prepare = (page: Page) =>
                page.route("**/late.onnx", (route) =>
                    route.fulfill(isThere ? { body: decoder } : { status: 404, body: "" }),
                );
            const address = `model=late.onnx&engine=webgl&${query}`;
            const { page } = await site.openAsync(address, { viewport }, prepare, scene);
            expect(await alarmOf(page, place)).toMatch(/late\.onnx.*404.*; expected .*; /);
            expect(await barriersOn(page)).toEqual([]);
            isThere = true;
            await page.getByRole("button", { name: "Try again" }).click();
            await page.waitForSelector(goesOn, { timeout: 90_000 });
            expect(await page.locator("[role=alert]").count()).toBe(0);
        },
        180_000,
    );
});

describe("where WebGPU gives no device", () => {
    it.each(DRAWN)(
        "%s is drawn by WebGL",
        async (scene, query, _, goesOn) => {
            const prepare = (page: Page) =>
                page.addInitScript(() => {
                    GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error("no device today"));
                });
            const { page, complaints } = await site.openAsync(query, { viewport }, prepare, scene);
            await page.waitForSelector(goesOn, { timeout: 90_000 });
            expect(await page.locator("[role=alert]").count()).toBe(0);
            const words = complaints.filter((text) => /WebGPU/.test(text));
            expect(words.join("\n")).toContain("WebGPU does not start here, so WebGL draws: Error: no device today");
            expect(complaints.filter((text) => !/WebGPU/.test(text))).toEqual([]);
        },
        180_000,
    );
});

describe("in a browser that can draw nothing", () => {
    it.each(DRAWN)(
        "%s says what to do, and has no control that does nothing",
        async (scene, query, place) => {
            const prepare = (page: Page) =>
                page.addInitScript(() => {
                    Object.defineProperty(Navigator.prototype, "gpu", { get: () => undefined });
                    const getContext = HTMLCanvasElement.prototype.getContext;
                    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string) {
                        return kind.includes("webgl") ? null : Reflect.apply(getContext, this, [kind]);
                    } as typeof getContext;
                });
            const { page } = await site.openAsync(query, { viewport }, prepare, scene);
            expect(await alarmOf(page, place)).toMatch(/neither WebGPU nor WebGL.*hardware acceleration/);
            const enabled = page.locator(":is(button, select, input):enabled:visible");
            expect(await enabled.allTextContents()).toEqual(["Try again"]);
            expect(await barriersOn(page)).toEqual([]);
        },
        120_000,
    );
});
