import { writeFileSync } from "node:fs";
import { PNG } from "pngjs";
import type { TriangleMesh } from "./samples/mesh.js";

/** A picture being drawn: colours and depths. */
interface Tile {
    readonly size: number;
    readonly shade: Uint8Array;
    readonly depth: Float32Array;
}

/**
 * Draws meshes in a grid, each from the front right and above, shaded by its face normals, and writes a PNG.
 *
 * @param rows meshes of the [-1, 1]³ frame, one row of the grid each; null leaves a tile empty
 * @param size pixels of a tile's side
 */
export function writeContactSheet(path: string, rows: readonly (readonly (TriangleMesh | null)[])[], size = 160): void {
    const columns = Math.max(1, ...rows.map((row) => row.length));
    const png = new PNG({ width: columns * size, height: Math.max(1, rows.length) * size });
    png.data.fill(255);
    for (const [rowIndex, row] of rows.entries()) {
        for (const [columnIndex, mesh] of row.entries()) {
            if (!mesh) continue;
            const tile = drawMesh(mesh, size);
            for (let y = 0; y < size; y++) {
                for (let x = 0; x < size; x++) {
                    const target = 4 * ((rowIndex * size + y) * png.width + columnIndex * size + x);
                    const value = tile.shade[y * size + x];
                    png.data[target] = value;
                    png.data[target + 1] = value;
                    png.data[target + 2] = Math.min(255, value + 6);
                }
            }
        }
    }
    writeFileSync(path, PNG.sync.write(png));
}

function drawMesh(mesh: TriangleMesh, size: number): Tile {
    const tile: Tile = { size, shade: new Uint8Array(size * size).fill(245), depth: new Float32Array(size * size) };
    tile.depth.fill(Number.POSITIVE_INFINITY);
    const [yaw, pitch] = [-0.6, 0.42];
    const scale = size / 2.75;
    const vertexCount = mesh.positions.length / 3;
    const screen = new Float32Array(vertexCount * 3);
    for (let i = 0; i < vertexCount; i++) {
        const [x, y, z] = [mesh.positions[3 * i], mesh.positions[3 * i + 1], mesh.positions[3 * i + 2]];
        const right = x * Math.cos(yaw) + z * Math.sin(yaw);
        const near = -x * Math.sin(yaw) + z * Math.cos(yaw);
        screen[3 * i] = size / 2 + right * scale;
        screen[3 * i + 1] = size / 2 - (y * Math.cos(pitch) - near * Math.sin(pitch)) * scale;
        screen[3 * i + 2] = -(near * Math.cos(pitch) + y * Math.sin(pitch));
    }
    for (let t = 0; t < mesh.indices.length; t += 3) {
        drawTriangle(tile, screen, mesh.indices[t], mesh.indices[t + 1], mesh.indices[t + 2], scale);
    }
    return tile;
}

function drawTriangle(tile: Tile, screen: Float32Array, a: number, b: number, c: number, scale: number): void {
    const [ax, ay, az] = [screen[3 * a], screen[3 * a + 1], screen[3 * a + 2]];
    const [bx, by, bz] = [screen[3 * b], screen[3 * b + 1], screen[3 * b + 2]];
    const [cx, cy, cz] = [screen[3 * c], screen[3 * c + 1], screen[3 * c + 2]];
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (Math.abs(area) < 1e-9) return;

    // Screen y points down: a front face runs clockwise there, its area is negative. Back faces are drawn dark, so
    // that a hole or a flipped face is seen.
    const nx = (by - ay) * (cz - az) * scale - (bz - az) * (cy - ay) * scale;
    const ny = (bz - az) * (cx - ax) * scale - (bx - ax) * (cz - az) * scale;
    const length = Math.hypot(nx, ny, area) || 1;
    const light = Math.max(
        0,
        (0.35 * nx * Math.sign(area) + 0.55 * ny * Math.sign(area) + Math.abs(area) * 0.75) / length,
    );
    const shade = area < 0 ? 60 + 170 * Math.min(1, light) : 20;

    const minX = Math.max(0, Math.floor(Math.min(ax, bx, cx)));
    const maxX = Math.min(tile.size - 1, Math.ceil(Math.max(ax, bx, cx)));
    const minY = Math.max(0, Math.floor(Math.min(ay, by, cy)));
    const maxY = Math.min(tile.size - 1, Math.ceil(Math.max(ay, by, cy)));
    for (let y = minY; y <= maxY; y++) {
        for (let x = minX; x <= maxX; x++) {
            const u = ((bx - x) * (cy - y) - (cx - x) * (by - y)) / area;
            const v = ((cx - x) * (ay - y) - (ax - x) * (cy - y)) / area;
            const w = 1 - u - v;
            if (u < 0 || v < 0 || w < 0) continue;
            const depth = u * az + v * bz + w * cz;
            const pixel = y * tile.size + x;
            if (depth >= tile.depth[pixel]) continue;
            tile.depth[pixel] = depth;
            tile.shade[pixel] = shade;
        }
    }
}
