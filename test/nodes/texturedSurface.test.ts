import { CreateBoxVertexData } from "@babylonjs/core/Meshes/Builders/boxBuilder.js";
import { describe, expect, it } from "vitest";
import { boxUvs } from "../../plugin/nodes/texturedSurface.js";
import { extractSurfaceAsync } from "../../plugin/surface/cpu/extractSurface.js";
import { cube, formulaField, sphere } from "../support/fields.js";

async function ball() {
    const { mesh } = await extractSurfaceAsync(
        formulaField(sphere(0.7)),
        new Float32Array(0),
        { bounds: { min: [...cube.min], max: [...cube.max] }, clampDistance: 1 },
        { resolution: 16, winding: "clockwise" },
    );
    return mesh;
}

describe("boxUvs", () => {
    it("keeps the surface: the same corners of the same triangles, with their normals", async () => {
        const { positions, normals, indices } = await ball();
        const textured = boxUvs(positions, normals, indices);
        expect(textured.indices.length).toBe(indices.length);
        for (let i = 0; i < indices.length; i++) {
            for (let axis = 0; axis < 3; axis++) {
                expect(textured.positions[3 * textured.indices[i] + axis]).toBe(positions[3 * indices[i] + axis]);
                expect(textured.normals[3 * textured.indices[i] + axis]).toBe(normals[3 * indices[i] + axis]);
            }
        }
        const doubled = textured.positions.length / positions.length;
        expect(doubled).toBeGreaterThan(1);
        expect(doubled).toBeLessThan(1.5);
    });

    it("gives each triangle the texture at one scale, seen along its own axis and never mirrored", async () => {
        const { positions, normals, indices } = await ball();
        const { positions: p, uvs, indices: t } = boxUvs(positions, normals, indices);
        let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
        for (let i = 0; i < t.length; i += 3) {
            const [a, b, c] = [t[i], t[i + 1], t[i + 2]];
            const edge = (k: number, axis: number) => p[3 * k + axis] - p[3 * a + axis];
            const cross = [0, 1, 2].map(
                (x) => edge(b, (x + 1) % 3) * edge(c, (x + 2) % 3) - edge(b, (x + 2) % 3) * edge(c, (x + 1) % 3),
            );
            const area = Math.hypot(...cross);
            const [u, v] = [b, c].map((k) => [uvs[2 * k] - uvs[2 * a], uvs[2 * k + 1] - uvs[2 * a + 1]]);
            const textureArea = u[0] * v[1] - u[1] * v[0];
            if (area < 1e-6) continue;
            least = Math.min(least, textureArea / area);
            greatest = Math.max(greatest, textureArea / area);
        }
        // Between 1/√3, for a side seen from its corner, and 1; a smeared or mirrored triangle is near 0 or negative.
        expect(Math.sign(least)).toBe(Math.sign(greatest));
        expect(Math.min(Math.abs(least), Math.abs(greatest))).toBeGreaterThan(0.4);
        expect(Math.max(Math.abs(least), Math.abs(greatest))).toBeLessThan(1.001);
    });

    it("shows each side of a box upright to who stands before it", () => {
        const box = CreateBoxVertexData({ size: 2 });
        const { positions, uvs, normals } = boxUvs(
            Float32Array.from(box.positions!),
            Float32Array.from(box.normals!),
            Uint32Array.from(box.indices!),
        );
        for (let v = 0; v < positions.length / 3; v++) {
            const [x, y, z] = positions.slice(3 * v, 3 * v + 3);
            const [nx, ny, nz] = normals.slice(3 * v, 3 * v + 3);
            // To the right in a left-handed world: up × (into the picture).
            const right = Math.abs(ny) > 0.5 ? x : nx * z - nz * x;
            const up = Math.abs(ny) > 0.5 ? ny * z : y;
            expect([uvs[2 * v], uvs[2 * v + 1]]).toEqual([right, up]);
        }
    });

    it("takes a surface with nothing on it", () => {
        const none = boxUvs(new Float32Array(0), new Float32Array(0), new Uint32Array(0));
        expect(none.uvs.length).toBe(0);
    });
});
