import type { Scan } from "./scan.js";

/** A depth camera's picture. Camera space: +x right, +y down, +z into the picture, as OpenCV and ROS have it. */
export interface DepthImage {
    readonly width: number;
    readonly height: number;
    /** [height, width], distance along the camera's axis; 0, negative or no number where nothing was measured. */
    readonly depths: Float32Array;
    /** Focal lengths and principal point, pixels. */
    readonly intrinsics: { readonly fx: number; readonly fy: number; readonly cx: number; readonly cy: number };
    /** [height, width], 1 where the object is; every measured pixel unless given. */
    readonly mask?: Uint8Array | null;
    /** Camera space into the scan's space, column-major 4 × 4; by default only +y and −z are turned up and back. */
    readonly cameraToWorld?: ArrayLike<number> | null;
}

/** +y up and the camera looking along −z, as glTF has it. */
const UPRIGHT = [1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1];

/** Of the distance to the nearest object pixel: how far behind and before the object empty space is told. */
const EMPTY_DEPTHS = [-0.2, -0.1, 0, 0.1, 0.2];

/** Pixels between rays that tell empty space. */
const EMPTY_STEP = 4;

/**
 * The scan that a depth picture is: points of the object's pixels, the camera as sensor, and the space that the other
 * pixels looked through. Pixels without a measure say nothing; masked-out ones are empty up to what they measured.
 *
 * @throws if sizes or intrinsics do not fit
 */
export function scanFromDepthImage(image: DepthImage): Scan {
    const { width, height, depths, intrinsics, mask } = image;
    checkImage(image);
    const matrix = image.cameraToWorld ?? UPRIGHT;
    const positions: number[] = [];
    const empty: number[] = [];
    const place = (to: number[], column: number, row: number, depth: number) => {
        const x = ((column - intrinsics.cx) / intrinsics.fx) * depth;
        const y = ((row - intrinsics.cy) / intrinsics.fy) * depth;
        for (let r = 0; r < 3; r++) {
            to.push(matrix[r] * x + matrix[4 + r] * y + matrix[8 + r] * depth + matrix[12 + r]);
        }
    };
    const isObject = (at: number) => depths[at] > 0 && Number.isFinite(depths[at]) && mask?.[at] !== 0;
    let [sum, count] = [0, 0];
    for (let at = 0; at < depths.length; at++) {
        if (isObject(at)) {
            place(positions, at % width, Math.floor(at / width), depths[at]);
            sum += depths[at];
            count++;
        }
    }
    const middle = sum / Math.max(1, count);
    for (let row = 0; row < height; row += EMPTY_STEP) {
        for (let column = 0; column < width; column += EMPTY_STEP) {
            const at = row * width + column;
            if (isObject(at)) continue;
            // A camera that returns +Infinity saw nothing as far as it sees.
            const reach = Math.max(depths[at], 0);
            for (const share of EMPTY_DEPTHS) {
                const depth = middle * (1 + share);
                if (depth < 0.98 * reach) place(empty, column, row, depth);
            }
        }
    }
    return {
        positions: Float32Array.from(positions),
        sensorPositions: Float32Array.of(matrix[12], matrix[13], matrix[14]),
        emptyPoints: Float32Array.from(empty),
    };
}

function checkImage({ width, height, depths, intrinsics, mask, cameraToWorld }: DepthImage): void {
    const { fx, fy, cx, cy } = intrinsics;
    const isFitting =
        Number.isInteger(width) &&
        Number.isInteger(height) &&
        width > 0 &&
        height > 0 &&
        depths instanceof Float32Array &&
        depths.length === width * height &&
        (!mask || mask.length === depths.length);
    if (!isFitting) {
        throw new Error(
            `scanFromDepthImage: got ${depths?.length} depths and ${mask?.length ?? "no"} mask entries for ${width} × ${height} pixels; expected one of each a pixel; check the sizes`,
        );
    }
    if (!(fx !== 0 && fy !== 0 && [fx, fy, cx, cy].every(Number.isFinite))) {
        throw new Error(
            `scanFromDepthImage: got intrinsics fx ${fx}, fy ${fy}, cx ${cx}, cy ${cy}; expected finite pixels, focal lengths not 0; take them from the camera's calibration`,
        );
    }
    if (cameraToWorld && (cameraToWorld.length !== 16 || !Array.from(cameraToWorld).every(Number.isFinite))) {
        throw new Error(
            `scanFromDepthImage: got ${cameraToWorld.length} numbers as cameraToWorld; expected 16 finite ones, column-major; pass a 4 × 4 matrix`,
        );
    }
}
