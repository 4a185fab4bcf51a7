import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { Observable } from "@babylonjs/core/Misc/observable.pure.js";
import { describe, expect, it } from "vitest";
import { DeviceSurfaces } from "../../plugin/babylon/deviceSurfaces.js";
import type { ShapeSurfaces } from "../../plugin/babylon/shapeSurfaces.js";

/** An engine whose device is lost and restored at will. */
class FakeEngine {
    readonly isWebGPU = true;
    readonly doNotHandleContextLost = false;
    readonly onContextLostObservable = new Observable<unknown>();
    readonly onContextRestoredObservable = new Observable<unknown>();
    _device = this.createDevice();

    private createDevice() {
        let lose = () => {};
        const lost = new Promise<void>((done) => {
            lose = done;
        });
        return { lost, lose };
    }

    restore(): void {
        this.onContextLostObservable.notifyObservers(this);
        this._device = this.createDevice();
        this.onContextRestoredObservable.notifyObservers(this);
    }
}

describe("surfaces on a device", () => {
    it("are asked once more where a call fails on a lost device, and the engine has the next one before that is known", async () => {
        const engine = new FakeEngine();
        let made = 0;
        const events = { onLost() {}, onBack() {}, async onRestored() {}, onFailed() {} };
        const make = async () => ({ number: ++made, dispose() {} }) as unknown as ShapeSurfaces;
        const surfaces = new DeviceSurfaces(engine as unknown as AbstractEngine, true, make, events);
        const numbers: number[] = [];
        const result = await surfaces.runAsync(async (present) => {
            numbers.push((present as unknown as { number: number }).number);
            if (numbers.length > 1) return "done";
            // The news of the loss come after the call's own failure, and after the next device.
            const { lose } = engine._device;
            setTimeout(() => {
                engine.restore();
                lose();
            }, 10);
            throw new Error("a buffer of a dead device");
        }, undefined);
        expect(result).toBe("done");
        expect(numbers).toEqual([1, 2]);
        expect(surfaces.present).not.toBeNull();
        surfaces.dispose();
    });
});
