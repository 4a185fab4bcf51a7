import * as THREE from "three";
import { MeshBVH } from "three-mesh-bvh";
import type { Random } from "../random.js";
import type { TriangleMesh } from "../samples/mesh.js";
import { cumulativeAreas, surfacePoint } from "../samples/sample.js";

/** Walls end where the far side turns away by more than this: 30°. */
const FACING = Math.cos(Math.PI / 6);

/**
 * How thick the walls of a closed mesh are at random points of its surface, sorted: from each, straight in to the other
 * side. Wedges, whose sides meet, are no walls and are left out.
 *
 * @param gaps measures the air between facing sides instead, where there is any
 * @returns model units, at most `count` of them
 */
export function wallThicknesses(mesh: TriangleMesh, count: number, random: Random, gaps = false): number[] {
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(mesh.positions, 3));
    geometry.setIndex(new THREE.BufferAttribute(mesh.indices, 1));
    const bvh = new MeshBVH(geometry, { indirect: true });
    const areas = cumulativeAreas(mesh);
    const point = new Float64Array(3);
    const found: number[] = [];
    for (let n = 0; n < count; n++) {
        const normal = normalOf(mesh, surfacePoint(mesh, areas, random, point));
        const direction = gaps ? normal : normal.clone().negate();
        const start = new THREE.Vector3(...point).addScaledVector(direction, 1e-5);
        const hit = bvh.raycastFirst(new THREE.Ray(start, direction), THREE.DoubleSide);
        if (!hit || hit.faceIndex == null) continue;
        if (normalOf(mesh, hit.faceIndex).dot(normal) < -FACING) found.push(hit.distance);
    }
    return found.sort((a, b) => a - b);
}

function normalOf({ positions, indices }: TriangleMesh, triangle: number): THREE.Vector3 {
    const corner = (k: number) => new THREE.Vector3().fromArray(positions, 3 * indices[3 * triangle + k]);
    return new THREE.Triangle(corner(0), corner(1), corner(2)).getNormal(new THREE.Vector3());
}
