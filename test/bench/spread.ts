export interface Spread {
    median: number;
    /** First and third quartile. */
    quartiles: [number, number];
    least: number;
    most: number;
}

/** Median, quartiles and extremes, rounded to three digits. */
export function spread(values: readonly number[]): Spread {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share: number): number => {
        const place = share * (sorted.length - 1);
        const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
        return Number((low + (place % 1) * (high - low)).toPrecision(4));
    };
    return { median: at(0.5), quartiles: [at(0.25), at(0.75)], least: at(0), most: at(1) };
}
