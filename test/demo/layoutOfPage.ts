import type { Page } from "playwright";

export interface Box {
    readonly selector: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
}

/** Where the elements that can be seen are; of each selector the first. */
export async function boxesOf(page: Page, selectors: readonly string[]): Promise<Box[]> {
    const boxes = await Promise.all(
        selectors.map(async (selector) => {
            const element = await page.$(selector);
            const box = await element?.boundingBox();
            return box ? { selector, ...box } : null;
        }),
    );
    return boxes.filter((box) => box !== null);
}

/** Pairs of boxes that share room. */
export function overlaps(boxes: readonly Box[]): string[] {
    return boxes.flatMap((a, n) =>
        boxes
            .slice(n + 1)
            .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
            .map((b) => `${a.selector} and ${b.selector}`),
    );
}
