/** Small props need fewer cells to look as fine. */
export function resolutionFor(size: number, most: number): number {
    return Math.max(16, Math.round(most * (0.55 + 0.45 * Math.min(1, size / 1.2))));
}
