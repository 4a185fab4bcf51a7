/**
 * The uniform by which an evaluation of several codes finds each one's points: `PointRanges` of `network.wgsl`.
 *
 * @param codeCount codes
 * @param pointStride points from one code's first to the next one's; those between are not touched
 * @param countStride u32 from one code's number of points to the next one's
 */
export function packPointRanges(codeCount: number, pointStride: number, countStride: number): ArrayBuffer {
    return Uint32Array.of(codeCount, pointStride, countStride, 0).buffer;
}
