import { beforeAll, describe, expect, it } from "vitest";
import { rotationOf, toScan, type Vector } from "../../plugin/completion/pose.js";
import { familiesNamed, makeShape } from "../../training/families/index.js";
import { SignedDistance } from "../../training/samples/distance.js";
import type { TriangleMesh } from "../../training/samples/mesh.js";
import { symmetriesOf } from "./completion/poseError.js";
import { standingErrorAsync } from "./completion/standing.js";

const SEED = 50_000;

async function shape(family: string) {
    const mesh = await makeShape(familiesNamed([family])[0], SEED);
    return { mesh, symmetries: symmetriesOf(mesh, new SignedDistance(mesh)) };
}

function moved({ positions, indices }: TriangleMesh, degrees: number, scale = 1, shift: Vector = [0, 0, 0]) {
    const rotation = rotationOf([0, (degrees * Math.PI) / 180, 0]);
    return { positions: toScan({ rotation, scale, translation: shift }, positions), indices };
}

describe("how a completed object stands", () => {
    let mug: Awaited<ReturnType<typeof shape>>;
    let can: Awaited<ReturnType<typeof shape>>;
    beforeAll(async () => {
        [mug, can] = [await shape("mug"), await shape("can")];
    });

    it.each([3, 100])("tells that a mug is turned by %d°", async (degrees) => {
        const error = await standingErrorAsync(
            mug.mesh,
            moved(mug.mesh, degrees, 1, [0.05, -0.03, 0.02]),
            mug.symmetries,
        );
        expect(error.degrees).toBeCloseTo(degrees, 0);
        expect(error.scale).toBeLessThan(0.01);
    });

    it("tells sizes, larger or smaller", async () => {
        for (const scale of [0.9, 1.08]) {
            const error = await standingErrorAsync(mug.mesh, moved(mug.mesh, 0, scale), mug.symmetries);
            expect(error.scale).toBeCloseTo(Math.abs(1 - scale), 1);
            expect(error.scale).toBeGreaterThan(0.05);
        }
    });

    it("takes no turn of a body of revolution for an error, but a tilt", async () => {
        expect((await standingErrorAsync(can.mesh, moved(can.mesh, 77), can.symmetries)).degrees).toBeLessThan(2);
        const tilted = toScan(
            { rotation: rotationOf([0.2, 0, 0]), scale: 1, translation: [0, 0, 0] },
            can.mesh.positions,
        );
        const error = await standingErrorAsync(can.mesh, { ...can.mesh, positions: tilted }, can.symmetries);
        expect(error.degrees).toBeCloseTo((0.2 * 180) / Math.PI, 0);
    });

    it("calls nothing at all as wrong as can be", async () => {
        const nothing = { positions: new Float32Array(0), indices: new Uint32Array(0) };
        expect(await standingErrorAsync(mug.mesh, nothing, mug.symmetries)).toEqual({ degrees: 180, scale: 1 });
    });
});
