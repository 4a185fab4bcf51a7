import type { Bounds } from "../../../plugin/model/decoder.js";

/** The corners of a cube of cells around the bounds' first corner, x fastest. */
export class GridPoints {
    readonly side: number;
    readonly count: number;
    readonly cell: number;
    readonly origin: readonly [number, number, number];

    constructor(bounds: Bounds, resolution: number) {
        this.side = resolution + 1;
        this.count = this.side ** 3;
        this.cell = Math.max(...bounds.max.map((max, axis) => max - bounds.min[axis])) / resolution;
        this.origin = bounds.min;
    }

    /** [end - start, 3] */
    slice(start: number, end: number): Float32Array<ArrayBuffer> {
        const { side, cell, origin } = this;
        const points = new Float32Array(3 * (end - start));
        for (let index = start, at = 0; index < end; index++, at += 3) {
            points[at] = origin[0] + cell * (index % side);
            points[at + 1] = origin[1] + cell * (Math.floor(index / side) % side);
            points[at + 2] = origin[2] + cell * Math.floor(index / side ** 2);
        }
        return points;
    }
}
