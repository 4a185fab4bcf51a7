import * as THREE from "three";
import type { TriangleMesh } from "../samples/mesh.js";
import { Edges } from "./edges.js";

/** A mesh with lids over its holes. */
export interface Capped {
    readonly mesh: TriangleMesh;
    /** [triangleCount]: for a lid, a triangle that it was put onto; for all others, the triangle itself. */
    readonly lidOf: Uint32Array;
    /** Loops that were closed. */
    readonly caps: number;
    /** Area of the lids, model units squared. */
    readonly capArea: number;
}

/**
 * Closes all holes: takes the edges that more triangles run along one way than the other, cuts them into loops that
 * pass no vertex twice, and puts a lid on each: in the plane through it, or spanned from its middle where its outline
 * crosses itself there. The result's winding number is whole everywhere.
 *
 * Expects shells that face one way (`orientShells`).
 */
export function capLoops(mesh: TriangleMesh): Capped {
    const points = Array.from(mesh.positions);
    const triangles = Array.from(mesh.indices);
    const lidOf = Array.from({ length: mesh.indices.length / 3 }, (_, t) => t);
    const loops = borderLoops(new Edges(mesh.indices, mesh.positions.length / 3));
    let capArea = 0;
    for (const { vertices, triangle } of loops) {
        const lid = triangulate(points, vertices);
        triangles.push(...lid.triangles);
        for (let t = 0; t < lid.triangles.length / 3; t++) lidOf.push(triangle);
        capArea += lid.area;
    }
    return {
        mesh: { positions: Float32Array.from(points), indices: Uint32Array.from(triangles) },
        lidOf: Uint32Array.from(lidOf),
        caps: loops.length,
        capArea,
    };
}

/** A loop in the direction that its lid has to run. */
interface Loop {
    readonly vertices: readonly number[];
    /** One of the triangles along it. */
    readonly triangle: number;
}

function borderLoops(edges: Edges): Loop[] {
    const leaving = new Map<number, Step[]>();
    for (const { from, to, triangle } of edges.unpaired()) {
        const steps = leaving.get(to);
        if (steps) steps.push({ from: to, to: from, triangle });
        else leaving.set(to, [{ from: to, to: from, triangle }]);
    }
    // As many edges arrive at a vertex as leave it, because a border has no border; so every walk comes back.
    const loops: Loop[] = [];
    for (const steps of leaving.values()) {
        while (steps.length > 0) {
            const path: Step[] = [];
            const place = new Map<number, number>();
            let step = steps.pop();
            while (step) {
                place.set(step.from, path.length);
                path.push(step);
                const start = place.get(step.to);
                if (start !== undefined) {
                    // A vertex met again closes a loop; the walk goes on from it as if it had not been made.
                    const loop = path.splice(start);
                    for (const { from } of loop) place.delete(from);
                    loops.push({ vertices: loop.map(({ from }) => from), triangle: loop[0].triangle });
                }
                if (path.length === 0) break;
                step = leaving.get(path[path.length - 1].to)?.pop();
            }
        }
    }
    return loops;
}

/** An edge of a lid. */
interface Step {
    readonly from: number;
    readonly to: number;
    readonly triangle: number;
}

/** Triangles over a loop of vertices, counter-clockwise as the loop runs; may add its middle to `points`. */
function triangulate(points: number[], loop: readonly number[]): { triangles: number[]; area: number } {
    const corners = loop.map((v) => new THREE.Vector3().fromArray(points, 3 * v));
    const middle = corners.reduce((sum, p) => sum.add(p), new THREE.Vector3()).divideScalar(corners.length);
    // Newell's normal: its length is twice the area that the loop spans.
    const normal = new THREE.Vector3();
    for (const [i, p] of corners.entries()) {
        const q = corners[(i + 1) % corners.length];
        normal.add(p.clone().sub(middle).cross(q.clone().sub(middle)));
    }
    const area = normal.length() / 2;
    if (area > 0) {
        const steep = Math.abs(normal.x) < Math.abs(normal.y);
        const u = new THREE.Vector3(steep ? 1 : 0, steep ? 0 : 1, 0).cross(normal).normalize();
        const v = normal.clone().cross(u).normalize();
        const flat = corners.map((p) => new THREE.Vector2(p.clone().sub(middle).dot(u), p.clone().sub(middle).dot(v)));
        const faces = THREE.ShapeUtils.triangulateShape([...flat], []);
        const covered = faces.reduce((sum, [a, b, c]) => sum + Math.abs(cross(flat[a], flat[b], flat[c])) / 2, 0);
        if (faces.length === loop.length - 2 && Math.abs(covered - area) < 1e-3 * area) {
            const triangles = faces.flatMap(([a, b, c]) =>
                cross(flat[a], flat[b], flat[c]) >= 0 ? [loop[a], loop[b], loop[c]] : [loop[a], loop[c], loop[b]],
            );
            return { triangles, area };
        }
    }
    const centre = points.length / 3;
    points.push(middle.x, middle.y, middle.z);
    return { triangles: loop.flatMap((from, i) => [from, loop[(i + 1) % loop.length], centre]), area };
}

function cross(a: THREE.Vector2, b: THREE.Vector2, c: THREE.Vector2): number {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
