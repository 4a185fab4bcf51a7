import { expect, it } from "vitest";

it("finds a WebGPU adapter in the test browser", async () => {
    const adapter = await navigator.gpu?.requestAdapter();
    expect(adapter, "no WebGPU adapter").toBeTruthy();
});
