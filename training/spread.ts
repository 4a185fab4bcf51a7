/** Up to `count` of the values, evenly. */
export function spread<T>(values: readonly T[], count: number): T[] {
    const few = Math.min(count, values.length);
    return Array.from({ length: few }, (_, n) => values[Math.floor((n * values.length) / few)]);
}
