import * as THREE from "three";
import { type HitPointInfo, MeshBVH, SAH } from "three-mesh-bvh";
import type { DistanceField } from "../samples/distance.js";
import type { TriangleMesh } from "../samples/mesh.js";
import type { WindingNumber } from "./winding.js";

/** Signed distances to the outside of a repaired mesh: how far from three-mesh-bvh, which side from winding numbers. */
export class SolidDistance implements DistanceField {
    private readonly bvh: MeshBVH;
    private readonly point = new THREE.Vector3();
    private readonly hit = { point: new THREE.Vector3(), distance: 0, faceIndex: 0 } as HitPointInfo;

    constructor(
        outer: TriangleMesh,
        private readonly winding: WindingNumber,
    ) {
        const geometry = new THREE.BufferGeometry();
        geometry.setAttribute("position", new THREE.BufferAttribute(outer.positions, 3));
        geometry.setIndex(new THREE.BufferAttribute(outer.indices, 1));
        this.bvh = new MeshBVH(geometry, { strategy: SAH, targetLeafSize: 4, indirect: true });
    }

    at(x: number, y: number, z: number, atMost = Number.POSITIVE_INFINITY): number {
        this.point.set(x, y, z);
        if (!this.bvh.closestPointToPoint(this.point, this.hit, 0, atMost)) {
            throw new Error(`SolidDistance: nothing within ${atMost} of ${x}, ${y}, ${z}; the bound must hold`);
        }
        return this.winding.at(x, y, z) > 0.5 ? -this.hit.distance : this.hit.distance;
    }
}
