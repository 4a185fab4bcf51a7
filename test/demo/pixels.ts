import type { Page } from "playwright";
import { PNG } from "pngjs";

/** What is on the canvas, as drawn: page screenshots leave WebGPU canvases out on software adapters. */
export async function pictureOf(page: Page): Promise<PNG> {
    const url = await page.evaluate(
        () =>
            new Promise<string>((resolve) => {
                const { engine, stage } = (
                    window as unknown as {
                        demo: {
                            engine: { onEndFrameObservable: { addOnce(f: () => void): void } };
                            stage: { invalidate(): void };
                        };
                    }
                ).demo;
                const canvas = document.getElementById("stage") as HTMLCanvasElement;
                engine.onEndFrameObservable.addOnce(() => resolve(canvas.toDataURL("image/png")));
                stage.invalidate();
            }),
    );
    return PNG.sync.read(Buffer.from(url.split(",")[1], "base64"));
}

/** Share of pixels with the clay's warm colour; the rest of the scene is grey and blue. */
export function propShare({ data, width, height }: PNG): number {
    let warm = 0;
    for (let i = 0; i < data.length; i += 4) warm += data[i] > 1.25 * data[i + 2] + 10 ? 1 : 0;
    return warm / (width * height);
}

/** Share of pixels that differ clearly. */
export function difference(a: PNG, b: PNG): number {
    let changed = 0;
    for (let i = 0; i < a.data.length; i += 4) {
        const distance = [0, 1, 2].reduce((sum, c) => sum + Math.abs(a.data[i + c] - b.data[i + c]), 0);
        changed += distance > 40 ? 1 : 0;
    }
    return changed / (a.width * a.height);
}
